/**
 * The moments seam: which of a match's events were key moments. Pure and deterministic, like rules: the same events give
 * the same moments, in the same order. Each game has its own; src/moments finds, keeps and tells them.
 */
import type { MatchEvent } from './engine.ts';

export type { MatchEvent };

/** A key moment as rules find it. */
export interface MomentDraft {
  /** Such as `perfect_clear`. */
  readonly type: string;
  /** Whose moment it is. */
  readonly seat: number | null;
  /** JSON-able; nothing that a spectator may not know when the event is told. */
  readonly data: unknown;
}

/** A moment, at the event with which it was complete. */
export interface FoundMoment extends MomentDraft {
  /** Place in the log, and match time in milliseconds. */
  readonly n: number;
  readonly t: number;
}

/** `S` is what is remembered from one event to the next; `see` changes it. */
export interface MomentRules<S = unknown> {
  /** Every type of moment, and what it is in a few words for people. */
  readonly types: Readonly<Record<string, string>>;
  /** Types of the events that it looks at; `see` is given no others. */
  readonly events: readonly string[];
  /** Before the first event of a match. */
  start(): S;
  /** The moments that are complete with this event. Throws at nothing that an engine emits. */
  see(state: S, event: MatchEvent): readonly MomentDraft[];
}

/** Finds the moments of one match, event after event. */
export function followMoments(rules: MomentRules): (events: readonly MatchEvent[]) => FoundMoment[] {
  const wanted = new Set(rules.events);
  const state = rules.start();
  const see = (event: MatchEvent): FoundMoment[] =>
    rules.see(state, event).map((draft) => ({ ...draft, n: event.n, t: event.t }));
  return (events) => events.filter(({ type }) => wanted.has(type)).flatMap(see);
}

/** All moments among the events of a match, from its first on. */
export function detect(rules: MomentRules, events: readonly MatchEvent[]): FoundMoment[] {
  return followMoments(rules)(events);
}
