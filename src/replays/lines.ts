/** A finished match as lines of JSON, made as they are read. SPEC.md has their form. */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Moment } from '../events/event-stream.ts';
import type { Entry } from '../match/engine.ts';
import type { MatchLog } from './match-log.ts';
import type { EventSource } from './replay-events.ts';

export type ReplayMoment = Pick<Moment, 'number' | 'type' | 'seat' | 'n' | 't' | 'at' | 'data'>;

export interface ReplayParts {
  readonly log: MatchLog;
  readonly events: EventSource;
  /** In their order. */
  readonly moments: readonly ReplayMoment[];
}

/** What is made at a stretch: so much text, or as much as these milliseconds give. */
const stretchLength = 32 * 1024;
const stretchMs = 4;

/** Whole lines, in parts. Throws where the log can't be played and events were to be derived from it. */
export async function* replayLines({ log, events, moments }: ReplayParts): AsyncGenerator<string> {
  const { header, entries } = log;
  yield line('match', { ...header, events: events.kind });
  const counts = { entries: 0, events: 0, moments: 0 };
  let text = '';
  let began = performance.now();
  for (const entry of entries) {
    const told = await events.next(entry);
    const found = momentsAt(moments, counts.moments, entry);
    text += line('entry', entryOf(entry));
    for (const event of told) text += line('event', event);
    for (const moment of found) text += line('moment', moment);
    counts.entries++;
    counts.events += told.length;
    counts.moments += found.length;
    if (text.length < stretchLength && performance.now() - began < stretchMs) continue;
    yield text;
    text = '';
    await letOthersRun();
    began = performance.now();
  }
  yield text + line('end', counts);
}

const line = (kind: string, data: object): string => `${JSON.stringify({ kind, ...data })}\n`;

/** Ids of commands serve retries, which have ended. */
const entryOf = ({ n, t, type, seat, data }: Entry): Omit<Entry, 'id'> => ({ n, t, type, seat, data });

/** Those from the place `from` of the list on that belong to events of this entry or before. */
function momentsAt(moments: readonly ReplayMoment[], from: number, { n }: Entry): readonly ReplayMoment[] {
  let to = from;
  while (to < moments.length && moments[to]!.n <= n) to++;
  return to > from ? moments.slice(from, to) : [];
}
