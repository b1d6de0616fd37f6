import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ReplayParts } from '../../src/replays/lines.ts';
import { eventSource } from '../../src/replays/replay-events.ts';
import { replayResponse } from '../../src/replays/replay-response.ts';
import { findEngine } from '../../src/replays/engines.ts';
import { games } from '../../rooms/engines.ts';
import type { Published } from '../../src/events/event-stream.ts';
import type { Entry, MatchEvent } from '../../src/match/engine.ts';
import { Course } from '../match/course.ts';
import { seed } from '../match/support.ts';
import { until } from '../support/server.ts';
import { recordOf } from './logs.ts';
import { recordsOf } from './served.ts';

const played = await Course.play({ game: 'tetris', seed });
const tetris = recordOf(played);

/** A replay of so many entries that no buffer has them all; counts those that were asked for. */
function longReplay() {
  const entries = Array.from({ length: 200_000 }, (_, i) => ({
    ...tetris.entries[0]!,
    n: i + 1,
    // what does not compress well
    data: { x: Math.sin(i), y: Math.cos(i) },
  }));
  const asked = { entries: 0 };
  const events = {
    kind: 'derived' as const,
    next: async (): Promise<readonly MatchEvent[]> => {
      asked.entries++;
      return [];
    },
  };
  const parts: ReplayParts = { log: { ...tetris, entries }, events, moments: [] };
  return { parts, asked, all: entries.length };
}

const respond = (parts: ReplayParts, coding: string): Response =>
  replayResponse(parts, {
    isHead: false,
    header: (name) => (name === 'accept-encoding' ? coding : null),
    fault: () => {},
  });

describe.each(['identity', 'gzip'])('an answer with the coding %s', (coding) => {
  test('[RP63] is made as it is read, and no more once the reader has gone', async () => {
    const { parts, asked, all } = longReplay();
    const reader = respond(parts, coding).body!.getReader();
    await reader.read();
    // all that would be made ahead is made in these turns
    for (let turn = 0; turn < 500; turn++) await sleep(0);
    expect(asked.entries).toBeLessThan(all / 10);
    for (let part = 0; part < 20; part++) await reader.read();
    const before = asked.entries;
    await until(() => asked.entries > before || asked.entries > 1_000);
    await reader.cancel();
    const after = asked.entries;
    for (let turn = 0; turn < 100; turn++) await sleep(0);
    // what was under way when it was cancelled
    expect(asked.entries - after).toBeLessThan(1_000);
  });
});

test('[RP64] who asks for the headers alone has nothing made', () => {
  const { parts } = longReplay();
  const { body, headers } = replayResponse(parts, { isHead: true, header: () => null, fault: () => {} });
  expect([body, headers.get('etag')]).toEqual([null, respond(parts, 'identity').headers.get('etag')]);
});

describe('the source of events', () => {
  const kindOf = (records: readonly Published[], log = tetris): string =>
    eventSource(log, records, () => findEngine(games, log.header)).kind;

  test('[RP62] are the records where they are whole, else the log', () => {
    const records = recordsOf(played);
    expect(kindOf(records)).toBe('recorded');
    for (const at of [0, 1, records.length - 1]) expect(kindOf(records.toSpliced(at, 1))).toBe('derived');
    expect(kindOf([])).toBe('derived');
  });

  test('[RP62] are none for what was never played, is flagged, or is of another version', () => {
    const [create, ...rest] = tetris.entries;
    const claimed = [create!, ...rest.slice(0, 2), { ...create!, n: 4, type: 'claim' }];
    expect(kindOf([], { ...tetris, entries: claimed })).toBe('none');
    for (const changed of [{ verified: false }, { version: '0' }])
      expect(kindOf([], { ...tetris, header: { ...tetris.header, ...changed } })).toBe('none');
  });
});

describe('events that follow from a log', () => {
  const engine = () => findEngine(games, tetris.header);
  const solo = (entries: readonly Entry[]) => ({ ...tetris, entries });

  async function eventsOf(entries: readonly Entry[]): Promise<MatchEvent[]> {
    const source = eventSource(solo(entries), [], engine);
    const events: MatchEvent[] = [];
    for (const entry of entries) events.push(...(await source.next(entry)));
    return events;
  }

  test('[RP62] are the same where nobody pressed a key for long', async () => {
    const start = tetris.entries.findIndex(({ type }) => type === 'start');
    const mark = { n: start + 2, t: 30_000, type: 'mark', seat: null, data: { tick: 1_500 } };
    const quiet = [...tetris.entries.slice(0, start + 1), mark];
    const events = await eventsOf(quiet);
    const whole = (await engine()!.follow(quiet)).events;
    const untimed = (list: readonly MatchEvent[]) => list.map(({ t: _, ...event }) => event);
    expect(untimed(events)).toEqual(untimed(whole));
    expect(events.filter(({ type }) => type === 'piece_lock').length).toBeGreaterThan(1);
  });

  test.each([2 ** 52, Infinity, 'Infinity'])(
    '[RP66] of a log with the tick %s break off at once',
    async (tick) => {
      const at = tetris.entries.findIndex(({ type }) => type === 'mark');
      const entries = tetris.entries.with(at, { ...tetris.entries[at]!, data: { tick } });
      await expect(eventsOf(entries)).rejects.toThrow(RangeError);
    },
  );
});
