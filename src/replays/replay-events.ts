/** The events of a finished match beside its entries: as they were told, or else as they follow from its log. */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Published } from '../events/event-stream.ts';
import type { Engine, Entry, MatchEvent } from '../match/engine.ts';
import { isClaim, type MatchLog } from './match-log.ts';
import { isTooLate, tickOf } from './play-length.ts';

/** Gives the events that follow from the next entry; entries are asked for in order, all of them. */
export interface EventSource {
  /** `none`: nobody has them any more, and the log can't be played again here. */
  readonly kind: 'recorded' | 'derived' | 'none';
  next(entry: Entry): Promise<readonly MatchEvent[]>;
}

/** `records` may be anything that is left of what the match published; `makeEngine` is called where it does not do. */
export function eventSource(
  log: MatchLog,
  records: readonly Published[],
  makeEngine: () => Engine | null,
): EventSource {
  if (isWhole(records, log.entries.length)) return new RecordedEvents(records);
  // what was claimed was not played; what was found to be flawed breaks off somewhere
  const engine = isClaim(log) || log.header.verified === false ? null : makeEngine();
  return engine ? new DerivedEvents(engine) : noEvents;
}

/** Whether the records, which hold each entry once, hold all of them. */
function isWhole(records: readonly Published[], last: number): boolean {
  return records.reduce((n, { entries }) => n + entries.length, 0) >= last;
}

class RecordedEvents implements EventSource {
  readonly kind = 'recorded';
  readonly #events: Iterator<MatchEvent>;
  #ahead: MatchEvent | undefined;

  constructor(records: readonly Published[]) {
    this.#events = records.values().flatMap(({ events }) => events);
    this.#ahead = this.#events.next().value;
  }

  next({ n }: Entry): Promise<readonly MatchEvent[]> {
    const found: MatchEvent[] = [];
    for (; this.#ahead && this.#ahead.n <= n; this.#ahead = this.#events.next().value)
      found.push(this.#ahead);
    return Promise.resolve(found);
  }
}

/** Played at a stretch; others have their turn in between. */
const sliceTicks = 300;

class DerivedEvents implements EventSource {
  readonly kind = 'derived';
  readonly #engine: Engine;
  #tick = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Throws on an entry that no engine has made. */
  async next(entry: Entry): Promise<readonly MatchEvent[]> {
    const { hz } = this.#engine;
    if (isTooLate(entry, hz)) throw new RangeError(`entry ${entry.n}: no play is that long`);
    const events = hz === undefined ? [] : await this.#playUpTo(tickOf(entry));
    return [...events, ...(await this.#engine.follow([entry])).events];
  }

  /** Nobody may have pressed a key for long. The entry's own tick is left to the entry. */
  async #playUpTo(tick: number): Promise<readonly MatchEvent[]> {
    const events: MatchEvent[] = [];
    for (; this.#tick + sliceTicks < tick; this.#tick += sliceTicks) {
      events.push(...(await this.#engine.follow([], this.#tick + sliceTicks)).events);
      await letOthersRun();
    }
    this.#tick = Math.max(this.#tick, tick);
    return events;
  }
}

const noEvents: EventSource = { kind: 'none', next: async () => [] };
