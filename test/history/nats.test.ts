/** History of matches that are read from NATS, while the server is killed. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readLogs } from '../../src/events/log-rows.ts';
import { readMoments } from '../../src/events/moment-rows.ts';
import { openNatsEventStream } from '../../src/events/nats-event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { startPublisher } from '../../src/events/publisher.ts';
import { createHistory } from '../../src/history/history.ts';
import { startProjector } from '../../src/history/projector.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { hasNatsProgram, makeNatsServer, type NatsServer, ownNames } from '../support/nats.ts';
import { finishedLog, player, rowsOf } from './support.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };

describe.runIf(hasNatsProgram).each(databases)('history from NATS, with %s', (_kind, open) => {
  let nats: NatsServer;
  let opened: TestDatabase;
  beforeAll(async () => {
    nats = await makeNatsServer();
    await nats.start();
    opened = await open();
  });
  afterAll(async () => {
    await opened?.close();
    await nats?.close();
  });

  test('[H1] [H8] [H9] [H24] killed amid 60 matches, some of which lie only there: each is recorded once, and none is wrong', async () => {
    const { database } = opened;
    const { sql } = database;
    const { names } = ownNames(nats.url);
    const local = openEventStream({ sql });
    const logs = Array.from({ length: 60 }, (_, i) => finishedLog({ players: [player({ score: i })] }));
    const ids = logs.map(([first]) => first!.matchId);

    /** A process: brings to NATS what is committed, and reads from there what has ended. */
    const start = () => {
      const stream = openNatsEventStream({ url: nats.url, sql, names, leaseMs: 1_000, requestMs: 1_000 });
      const publisher = startPublisher({ sql, local, nats: stream, onError: () => undefined });
      const rows = {
        readLogs: (matchIds: readonly string[]) => readLogs(sql, matchIds),
        readMoments: (matchIds: readonly string[]) => readMoments(sql, matchIds),
      };
      const faults: string[] = [];
      const projector = startProjector({
        stream,
        history: createHistory({ database, stream, rows }),
        fault: (matchId) => void faults.push(matchId),
      });
      const isDone = async (): Promise<void> => {
        expect(await publisher.lag()).toBe(0);
        expect(await projector.lag()).toBe(0);
      };
      const stop = async (): Promise<void> => {
        await publisher.stop();
        await stream.close();
        expect(faults).toEqual([]);
      };
      return { publisher, isDone, stop };
    };
    const first = start();
    await local.append(logs.flatMap((log) => log.slice(0, 3)));
    await vi.waitFor(async () => expect(await first.publisher.lag()).toBe(0), PATIENCE);
    // as if they had been there for more than a day
    await sql.query('delete from match_entry where match_id = any($1::uuid[]) and n < 3', [ids.slice(0, 20)]);
    for (const i of [0, 1, 2]) {
      await local.append(logs.slice(i * 20, i * 20 + 20).flatMap((log) => log.slice(3)));
      await nats.kill();
      await nats.start();
    }
    await vi.waitFor(first.isDone, PATIENCE);
    const rows = await rowsOf(database, ids);
    expect([rows.matches.length, rows.players.length, rows.replays.length]).toEqual([60, 60, 60]);
    expect(rows.players.map(({ score }) => Number(score)).toSorted((a, b) => a - b)).toEqual([...ids.keys()]);
    await first.stop();

    await sql.query(`update event_cursor set position = 0 where durable like '%:history'`);
    const again = start();
    await vi.waitFor(again.isDone, PATIENCE);
    await again.stop();
    expect(await rowsOf(database, ids)).toEqual(rows);
    await local.close();
  }, 90_000);
});
