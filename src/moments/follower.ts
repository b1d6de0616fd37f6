/** One match, followed through its records: numbers the moments that its game's rules find. */
import type { Moment, Published } from '../events/event-stream.ts';
import {
  followMoments,
  type FoundMoment,
  type MatchEvent,
  type MomentDraft,
  type MomentRules,
} from '../match/moment-rules.ts';
import { MomentError } from './moment-error.ts';

/** Characters of a moment's data as JSON: every client of the match gets it. */
const longestData = 4_096;
const typeShape = /^\w{1,64}$/;
const mostSeat = 32_767;
// NUL, and half a surrogate pair: JSON has them, PostgreSQL's does not
const unstorable = /\\u0000|\\ud[89a-f]/;

export class Follower {
  readonly #see: (events: readonly MatchEvent[]) => readonly FoundMoment[];
  readonly #of: Pick<Published, 'matchId' | 'tenantId' | 'game'>;
  #seen = 0;
  #count = 0;

  constructor(rules: MomentRules, { matchId, tenantId, game }: Published) {
    this.#see = followMoments(rules);
    this.#of = { matchId, tenantId, game };
  }

  /** The last entry that it has seen. */
  get seen(): number {
    return this.#seen;
  }

  /**
   * Gives `found` the moments that are complete with this record; what of it was seen before is passed over. Throws
   * MomentError; what was found before the event that fails has been given then, so that it depends on no batch.
   */
  see(record: Published, found: (moment: Moment) => void): void {
    this.#mustBeOwn(record);
    for (const event of record.events) if (event.n > this.#seen) this.#look(event, record.at, found);
    this.#seen = Math.max(this.#seen, record.n + record.entries.length - 1);
  }

  #look(event: MatchEvent, at: number, found: (moment: Moment) => void): void {
    for (const { n, t, ...draft } of this.#ask(event))
      found({ ...this.#of, number: ++this.#count, n, t, at, ...asKept(draft) });
  }

  #ask(event: MatchEvent): readonly FoundMoment[] {
    try {
      return this.#see([event]);
    } catch (cause) {
      const where = `${event.type} of entry ${event.n}`;
      throw new MomentError('moments/bad_rules', `the rules of moments fail on ${where}`, cause);
    }
  }

  #mustBeOwn({ n, tenantId, game }: Published): void {
    if (tenantId === this.#of.tenantId && game === this.#of.game) return;
    throw new MomentError('moments/bad_log', `the record at ${n} is of another tenant or game`);
  }
}

/** A copy, as everyone will read it. */
function asKept({ type, seat, data }: MomentDraft): MomentDraft {
  const text = jsonOf(data);
  const isFit = text !== '' && text.length <= longestData && !unstorable.test(text);
  if (isFit && typeShape.test(type) && isSeat(seat)) return { type, seat, data: JSON.parse(text) };
  const why = `a moment can't be kept: its type must be a word, its seat a number of one, and its data JSON of up to ${longestData} characters`;
  throw new MomentError('moments/bad_rules', why);
}

function isSeat(seat: number | null): boolean {
  return seat === null || (Number.isInteger(seat) && seat >= 0 && seat <= mostSeat);
}

/** Empty for what has no JSON. */
function jsonOf(data: unknown): string {
  try {
    return JSON.stringify(data ?? null) ?? '';
  } catch {
    return '';
  }
}
