import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Published } from '../../src/events/event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { uuidv7 } from '../../src/match/uuid.ts';
import { databases, type TestDatabase } from '../support/databases.ts';

describe.each(databases)('a subscriber that wants some records, on %s', (_kind, open) => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  /** Each of a match of its own. */
  const record = (type: string): Published => ({
    matchId: uuidv7(0),
    tenantId: 'acme',
    game: 'whist',
    epoch: 1,
    n: 1,
    at: 0,
    entries: [{ n: 1, t: 0, type: 'create', seat: null, data: null }],
    events: [{ n: 1, t: 0, type, seat: null, data: null }],
  });

  test('[ES15] it looks at many at once, gets 500 at most, and goes on after those it had', async () => {
    const stream = openEventStream({ sql: opened.database.sql });
    // the first look holds more than are delivered together, the next ones hold few
    const all = Array.from({ length: 6_500 }, (_, i) => record(i < 2_600 && i % 2 ? 'wanted' : 'other'));
    await stream.append(all);
    const got: (readonly string[])[] = [];
    let failAt = 2;
    const subscribe = () =>
      stream.subscribe(
        'looks',
        async (records) => {
          if (got.length === failAt) throw new Error('not this one');
          got.push(records.map(({ matchId }) => matchId));
        },
        ['wanted'],
      );
    const first = subscribe();
    await vi.waitFor(() => expect(got).toHaveLength(2), { timeout: 10_000 });
    await first.stop();
    failAt = -1;
    const second = subscribe();
    await vi.waitFor(async () => expect(await second.lag()).toBe(0), { timeout: 10_000 });
    await second.stop();
    await stream.close();
    expect(got.flat()).toEqual(
      all.filter(({ events }) => events[0]!.type === 'wanted').map(({ matchId }) => matchId),
    );
    expect(got.map((batch) => batch.length)).toEqual([500, 500, 300]);
  });
});
