/** The guard of NATS, whose link is its breaker: on a server of its own that is killed. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Closing, closeAll } from '../../src/compose/closing.ts';
import { openStreams } from '../../src/compose/streams.ts';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createGuards } from '../../src/resilience/guards.ts';
import { record } from '../events/contract.ts';
import { openTestDatabase, type TestDatabase } from '../support/databases.ts';
import { hasNatsProgram, makeNatsServer, type NatsServer } from '../support/nats.ts';
import { until } from '../support/server.ts';

describe.runIf(hasNatsProgram)('the guard of NATS', () => {
  let server: NatsServer;
  let backend: TestDatabase;
  const closing: Closing = [];
  beforeAll(async () => {
    [server, backend] = await Promise.all([makeNatsServer(), openTestDatabase('pglite')]);
    await server.start();
  });
  afterAll(async () => {
    await closeAll(closing);
    await server.close();
    await backend.close();
  });

  test('[RS9] [RS16] tells how it stands and what was asked, and refuses at once while NATS is away', async () => {
    const calls: boolean[] = [];
    const guards = createGuards({
      onCall: (name, _ms, ok) => name === 'nats' && calls.push(ok),
      onChange: () => {},
      onRejected: () => {},
      onRetry: () => {},
    });
    const log = createLogger({ level: 'silent' });
    const config = loadConfig({ NATS_URL: server.url, NODE_ENV: 'test' });
    const { nats } = openStreams(config, { sql: backend.database.sql, log, guards }, closing);
    const state = (): string | undefined => guards.states()['nats'];
    await nats!.append([record('guarded', 1)]);
    expect([state(), calls.includes(false)]).toEqual(['closed', false]);
    await server.kill();
    await until(() => state() === 'open');
    await expect(nats!.append([record('guarded', 2)])).rejects.toMatchObject({ code: 'stream/unavailable' });
    expect(calls.at(-1)).toBe(false);
    await server.start();
    await until(() => state() === 'closed');
    // a server that was killed may have forgotten what came last
    await nats!.append([record('afterwards', 1)]);
    expect(calls.at(-1)).toBe(true);
  });
});
