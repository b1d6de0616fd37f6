/** The result of a play that is played again is the one in history. */
import type { Entry, MatchEvent, PlayerResult, Result } from '../match/engine.ts';
import { Flaw } from './flaw.ts';
import type { MatchHeader, RecordedPlayer } from './match-log.ts';
import type { Witness } from './verify-events.ts';

const maxInt4 = 2 ** 31 - 1;

export class ResultWitness implements Witness {
  readonly #header: MatchHeader;
  #result: Result | null = null;
  #startedAt = 0;
  #endedAt = 0;

  constructor(header: MatchHeader) {
    this.#header = header;
  }

  see({ type, t }: Entry, _events: readonly MatchEvent[], result: Result | null): void {
    if (type === 'start') this.#startedAt = t;
    this.#result = result;
    this.#endedAt = t;
  }

  end(n: number): void {
    if (!this.#result) throw new Flaw('result', n, 'the log ends before the match');
    const { players } = this.#result;
    if (players.length !== this.#header.players.length)
      throw new Flaw('result', n, `the play has ${players.length} players, not those that were recorded`);
    for (const player of players) this.#compare(n, player);
  }

  #compare(n: number, player: PlayerResult): void {
    const recorded = this.#header.players.find(({ seat }) => seat === player.seat);
    const differing = recorded
      ? differenceOf(this.#figuresOf(player), this.#recorded(recorded))
      : 'everything';
    if (differing !== null)
      throw new Flaw('result', n, `seat ${player.seat}: the play and the record differ in ${differing}`);
  }

  /** As history keeps them: a game's own `duration_ms` stands for the time between start and result. */
  #figuresOf({ account, placement, score, stats }: PlayerResult): Figures {
    const span = Math.min(this.#endedAt - this.#startedAt, maxInt4);
    return { ...prefixed({ duration_ms: span, ...stats }), account, placement, score };
  }

  #recorded({ accountId, placement, score, durationMs, stats }: RecordedPlayer): Figures {
    const { verified, ...rest } = stats;
    // whoever posted a solo result has played alone; that it was verified then is no figure of the play
    const own = this.#header.mode === 'solo' || verified === undefined ? rest : stats;
    return { ...prefixed({ duration_ms: durationMs, ...own }), account: accountId, placement, score };
  }
}

type Figures = Readonly<Record<string, number | string | null>>;

const prefixed = (stats: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(stats).map(([name, value]) => [`stats.${name}`, value]));

/** The first name under which two differ; null where they are the same. */
function differenceOf(one: Figures, other: Figures): string | null {
  const names = [...Object.keys(one), ...Object.keys(other)];
  return names.find((name) => one[name] !== other[name]) ?? null;
}
