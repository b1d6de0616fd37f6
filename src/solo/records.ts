/** Solo results as history takes them: records of a log, from which its rows follow. */
import type { Published } from '../events/event-stream.ts';
import type { Entry, MatchSetup, PlayerResult } from '../match/engine.ts';
import type { SoloLog } from './ports.ts';

/** Where a result belongs. */
export interface Place {
  readonly matchId: string;
  readonly tenantId: string;
  /** Wall time in milliseconds at which it is stored. */
  readonly now: number;
}

/** The log of a result without inputs is all that is known: what was played, by whom, and what they say of it. */
export function logOfClaim(setup: MatchSetup, player: PlayerResult): SoloLog {
  const { account, score, stats } = player;
  const entries: Entry[] = [
    { n: 1, t: 0, type: 'create', seat: null, data: setup },
    { n: 2, t: 0, type: 'sit', seat: 0, data: { account } },
    { n: 3, t: 0, type: 'start', seat: 0, data: null },
    { n: 4, t: stats['duration_ms']!, type: 'claim', seat: 0, data: { score, stats } },
  ];
  return { entries, result: { players: [player] } };
}

/** Two records, one that begins the match and one that ends it: history takes both times from them. */
export function recordsOf({ entries, result }: SoloLog, place: Place, verified: boolean): Published[] {
  const { matchId, tenantId, now } = place;
  const { game, options } = entries[0]!.data as MatchSetup;
  const start = entries.find(({ type }) => type === 'start')!;
  const end = entries.at(-1)!;
  const players = result.players.map((player) => withVerified(player, verified));
  const base = { matchId, tenantId, game, epoch: 1 };
  return [
    {
      ...base,
      n: 1,
      at: now - (end.t - start.t),
      entries: entries.slice(0, start.n),
      events: [{ n: start.n, t: start.t, type: 'match_start', seat: null, data: { mode: options.mode } }],
    },
    {
      ...base,
      n: start.n + 1,
      at: now,
      entries: entries.slice(start.n),
      events: [{ n: end.n, t: end.t, type: 'match_result', seat: null, data: { players } }],
    },
  ];
}

function withVerified(player: PlayerResult, verified: boolean): PlayerResult {
  return { ...player, stats: { ...player.stats, verified: verified ? 1 : 0 } };
}
