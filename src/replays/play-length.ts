/** How long a play can be: a log that was changed may name a tick that would keep a processor busy for years. */
import type { Entry } from '../match/engine.ts';

const longestSeconds = 24 * 3600;

/** The tick that an entry of a tick-based game names, which may be infinite; 0 for none. */
export function tickOf({ data }: Entry): number {
  return Number((data as { tick?: unknown } | null)?.tick ?? 0) || 0;
}

export const isTooLate = (entry: Entry, hz: number | undefined): boolean =>
  hz !== undefined && tickOf(entry) > hz * longestSeconds;
