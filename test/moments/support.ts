/** Logs of clap matches, however cut into records, and what must be found in them. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Moment, Published } from '../../src/events/event-stream.ts';
import type { MatchEvent } from '../../src/match/engine.ts';
import { detect } from '../../src/match/moment-rules.ts';
import { clapMoments } from './claps.ts';

/** What an entry brings: events of a seat, none for a move that nobody hears. */
export interface Move {
  readonly seat: number;
  readonly events: readonly string[];
  readonly data?: unknown;
}

export const clap = (seat = 0, data: unknown = null): Move => ({ seat, events: ['clap'], data });
export const boo = (seat = 0): Move => ({ seat, events: ['boo'] });
export const silence: Move = { seat: 0, events: [] };
export const clapsOf = (count: number, seat = 0): Move[] => Array.from({ length: count }, () => clap(seat));

export interface LogOptions {
  readonly matchId?: string;
  readonly tenantId?: string;
  readonly game?: string;
  /** Entries of each record, over and over; one each by default. */
  readonly sizes?: readonly number[];
  readonly isOver?: boolean;
}

/** The log of a match: `create`, a seat taken, the start, the moves, and the result where it is over. */
export function clapLog(moves: readonly Move[], options: LogOptions = {}): Published[] {
  const { matchId = randomUUID(), tenantId = 'acme', game = 'claps', sizes = [1], isOver = true } = options;
  const played = moves.map(({ seat, events, data = null }) => ({ seat, events, data }));
  const ends = isOver ? [{ seat: null, events: ['match_result'], data: { players: [] } }] : [];
  const start = { seat: null, events: ['match_start'], data: null };
  const script = [{ ...start, events: [] }, { ...start, events: [] }, start, ...played, ...ends];
  const records: Published[] = [];
  for (let n = 1; n <= script.length;) {
    const size = Math.max(1, sizes[records.length % sizes.length]!);
    const part = script.slice(n - 1, n - 1 + size);
    const entries = part.map(({ seat }, i) => ({
      n: n + i,
      t: (n + i) * 10,
      type: 'move',
      seat,
      data: null,
    }));
    const events = part.flatMap(({ events: types, seat, data }, i) =>
      types.map((type): MatchEvent => ({ n: n + i, t: (n + i) * 10, type, seat, data })),
    );
    records.push({ matchId, tenantId, game, epoch: 1, n, at: 1_800_000_000_000 + n, entries, events });
    n += part.length;
  }
  return records;
}

/** What must be found in a log: all of its moments at once, numbered. */
export function momentsOf(log: readonly Published[]): Moment[] {
  const { matchId, tenantId, game } = log[0]!;
  const found = detect(
    clapMoments,
    log.flatMap(({ events }) => events),
  );
  return found.map((moment, i) => {
    const { at } = log.findLast(({ n }) => n <= moment.n)!;
    return { ...moment, matchId, tenantId, game, number: i + 1, at };
  });
}

/** Any moves; claps in rows are frequent. */
export const anyMoves = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ seat: fc.nat(1), events: fc.constant(['clap']), data: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.constant(boo()) },
    { weight: 2, arbitrary: fc.constant(silence) },
    { weight: 1, arbitrary: fc.constant({ seat: 1, events: ['clap', 'clap', 'clap', 'murmur'] }) },
  ),
  { maxLength: 40 },
);

export const anySizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
