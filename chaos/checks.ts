/** What of a match must hold whatever went wrong: pure, on its log and on what its clients know. */
import { isDeepStrictEqual } from 'node:util';
import type { Published } from '../src/events/event-stream.ts';
import type { Entry } from '../src/match/engine.ts';
import type { Answered } from './client.ts';

export interface Balance {
  readonly acknowledged: number;
  /** Answered with a place in the log, and not there. */
  readonly lost: readonly string[];
  /** More than once in the log, or there though it was refused. */
  readonly twice: readonly string[];
}

/**
 * Commands by their ids: each that was acknowledged is in the log once. In a turn-based game it is at the place that its
 * answer named; in one of ticks the answer comes before the commit, and names how far the log was.
 */
export function checkAnswers(
  answers: readonly Answered[],
  log: readonly Entry[],
  isTurnBased: boolean,
): Balance {
  const byId = Map.groupBy(
    log.filter(({ id }) => id !== undefined),
    ({ id }) => id!,
  );
  const lost: string[] = [];
  const twice = [...byId.values()].filter(({ length }) => length > 1).map(([entry]) => show(entry!));
  for (const answer of answers) {
    const [entry] = byId.get(answer.id) ?? [];
    if (answer.n === null && entry) twice.push(`${show(entry)} was refused`);
    if (answer.n !== null && !(entry && (!isTurnBased || isOf(entry, answer))))
      lost.push(`${answer.name} at ${answer.n}`);
  }
  return { acknowledged: answers.filter(({ n }) => n !== null).length, lost, twice };
}

/** The last to get ready starts the match: its id is on that entry. */
function isOf({ n, seat, type, data }: Entry, answer: Answered): boolean {
  if (n !== answer.n || seat !== answer.seat) return false;
  return type === 'start' || (type === answer.name && isDeepStrictEqual(data, answer.payload));
}

/** One log, written by one process after another: no gaps, nothing twice, no epoch after a later one. */
export function checkRecords(records: readonly Published[]): string[] {
  const problems: string[] = [];
  let [next, epoch] = [1, 0];
  for (const record of records) {
    if (record.n !== next) problems.push(`entry ${record.n} follows ${next - 1}`);
    if (record.epoch < epoch)
      problems.push(`epoch ${record.epoch} writes entry ${record.n} after epoch ${epoch}`);
    next = record.n + record.entries.length;
    epoch = Math.max(epoch, record.epoch);
  }
  return problems;
}

/** Of what a client can't know from the log, or what is of the moment. */
const ofTheMoment = new Set(['origin', 'name', 'connected', 'rematch', 'deadline', 'tick']);

/**
 * What a client shows against what a fold of the log shows: the first path at which they differ, or null. Of other seats
 * than its own it may lack what only their players see.
 */
export function firstDifference(
  shown: unknown,
  folded: unknown,
  seat: number,
  path = 'state',
): string | null {
  if (typeof folded !== 'object' || folded === null)
    return isSame(shown, folded, path.startsWith('state.seats.') && !path.startsWith(`state.seats.${seat}.`))
      ? null
      : `${path}: ${String(shown)} instead of ${String(folded)}`;
  if (typeof shown !== 'object' || shown === null)
    return Object.keys(folded).length === 0 ? null : `${path} is missing`;
  for (const [key, value] of Object.entries(folded)) {
    if (ofTheMoment.has(key)) continue;
    const other = (shown as Record<string, unknown>)[key];
    const difference = firstDifference(other, value, seat, `${path}.${key}`);
    if (difference !== null) return difference;
  }
  return null;
}

/** A field that never had another value than its first need not have been sent. */
function isSame(shown: unknown, folded: unknown, mayBeUnseen: boolean): boolean {
  return shown === folded || (shown === undefined && (mayBeUnseen || !folded || folded === -1));
}

const show = ({ n, type, seat, id }: Entry): string => `entry ${n} (${type} of seat ${seat}, ${id})`;
