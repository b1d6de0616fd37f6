/** Solo results as history takes them: records of a log, from which its rows follow. */
import type { Published } from '../events/event-stream.ts';
import type { Entry, MatchEvent, MatchSetup, PlayerResult } from '../match/engine.ts';
import type { SoloLog } from './ports.ts';

/** Where a result belongs. */
export interface Place {
  readonly matchId: string;
  readonly tenantId: string;
  /** Wall time in milliseconds at which it is stored. */
  readonly now: number;
}

/** The log of a result without inputs is all that is known: what was played, who sat there, and what they say of it. */
export function logOfClaim(setup: MatchSetup, player: PlayerResult): SoloLog {
  const { account, score, stats } = player;
  const t = stats['duration_ms']!;
  const entries: Entry[] = [
    { n: 1, t: 0, type: 'create', seat: null, data: setup },
    { n: 2, t: 0, type: 'sit', seat: 0, data: { account } },
    { n: 3, t, type: 'claim', seat: 0, data: { score, stats } },
  ];
  const events: MatchEvent[] = [
    { n: 2, t: 0, type: 'match_start', seat: null, data: { mode: setup.options.mode, accounts: [account] } },
    { n: 3, t, type: 'match_result', seat: null, data: null },
  ];
  return { entries, events, result: { players: [player] } };
}

/** Two records, since history takes start and end of a match from the times of theirs. */
export function recordsOf(
  { entries, events, result }: SoloLog,
  place: Place,
  verified: boolean,
): Published[] {
  const { matchId, tenantId, now } = place;
  const { game } = entries[0]!.data as MatchSetup;
  const [start, end] = events as readonly [MatchEvent, MatchEvent];
  const players = result.players.map((player) => ({
    ...player,
    stats: { ...player.stats, verified: verified ? 1 : 0 },
  }));
  const base = { matchId, tenantId, game, epoch: 1 };
  return [
    { ...base, n: 1, at: now - (end.t - start.t), entries: entries.slice(0, start.n), events: [start] },
    {
      ...base,
      n: start.n + 1,
      at: now,
      entries: entries.slice(start.n),
      events: [{ ...end, data: { players } }],
    },
  ];
}
