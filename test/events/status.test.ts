import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { streamStatus } from '../../src/events/status.ts';
import { databases } from '../support/databases.ts';
import { record } from './contract.ts';

test('[ES62] tells the backlog of each reader by its name, and null for one that can not tell', async () => {
  const backend = await databases.at(-1)![1]();
  const stream = openEventStream({ sql: backend.database.sql });
  const history = stream.subscribe('history', async () => undefined);
  const moments = stream.subscribe('moments', async () => {
    throw new Error('never');
  });
  const gone = { lag: () => Promise.reject(new Error('no database')) };
  const thrown = {
    lag: () => {
      throw new Error('closed');
    },
  };
  const silent = { lag: () => new Promise<number>(() => {}) };
  const matchId = randomUUID();
  await stream.append([record(matchId, 1), record(matchId, 2)]);
  await vi.waitFor(
    async () =>
      expect(await streamStatus({ history, moments, gone, thrown })).toEqual({
        history: 0,
        moments: 2,
        gone: null,
        thrown: null,
      }),
    { timeout: 20_000, interval: 10 },
  );
  expect(await streamStatus({ silent })).toEqual({ silent: null });
  expect(await streamStatus({})).toEqual({});
  await stream.close();
  await backend.close();
});
