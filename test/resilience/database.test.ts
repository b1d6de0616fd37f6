/** The guard of the database, on a real one behind a network that can be cut. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { guardDatabase } from '../../src/compose/guards.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { isTransient, isUnreachable } from '../../src/database/errors.ts';
import { transaction } from '../../src/database/transaction.ts';
import { asPublic } from '../../src/http/errors.ts';
import { GuardError } from '../../src/resilience/guard-error.ts';
import { createGuards, type Guards } from '../../src/resilience/guards.ts';
import { databases, openTestDatabase, serverUrl } from '../support/databases.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';
import { until } from '../support/server.ts';

const hasServer = databases.some(([kind]) => kind === 'postgres');
const poolMax = 5;
const failure = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => null,
    (error: unknown) => error,
  );

describe.runIf(hasServer)('the guard of PostgreSQL', () => {
  let network: Proxy;
  let storage: Database;
  let database: Database;
  let guards: Guards;
  const changes: string[] = [];
  let retries = 0;
  beforeEach(async () => {
    const url = new URL(serverUrl);
    network = await startProxy(Number(url.port || 5432));
    url.port = String(network.port);
    storage = await openDatabase({ url: url.href, patienceMs: 300, poolMax, entities: [] });
    [changes.length, retries] = [0, 0];
    guards = createGuards({
      onChange: (_, state) => void changes.push(state),
      onRetry: () => void retries++,
      onRejected: () => {},
      onCall: () => {},
    });
    database = guardDatabase(storage, guards, poolMax);
  });
  afterEach(async () => {
    guards.close();
    await storage.close();
    await network.close();
  });

  const state = (): string | undefined => guards.states()['postgres'];
  const read = (): Promise<unknown> => database.sql.query('select 1 as one');
  const write = (): Promise<unknown> =>
    database.sql.query('update pg_class set relname = relname where false');
  const break_ = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) expect(isUnreachable(await failure(write()))).toBe(true);
    expect(state()).toBe('open');
  };

  test('[RS10] a read whose connection died under it is answered all the same; a write is done once', async () => {
    await Promise.all(Array.from({ length: poolMax }, read));
    const asked = vi.spyOn(storage.sql, 'query');
    const killed = database.sql.query('select pg_terminate_backend(pg_backend_pid()), 1');
    expect(isUnreachable(await failure(killed))).toBe(true);
    expect(asked).toHaveBeenCalledTimes(3);
    expect(retries).toBe(2);
    await network.cut();
    const reading = read();
    await until(() => retries > 2);
    await network.mend();
    expect(await reading).toEqual([{ one: 1 }]);
    asked.mockClear();
    await network.cut();
    expect(isUnreachable(await failure(write()))).toBe(true);
    expect(asked).toHaveBeenCalledOnce();
  });

  test('[RS11] while it is away all fails at once, and is recognised as its outage', async () => {
    await network.cut();
    await break_();
    const asked = vi.spyOn(storage.sql, 'query');
    const inTransaction = (): Promise<unknown> => transaction(database, async (em) => em.execute('select 1'));
    for (const tried of [read, write, inTransaction]) {
      const error = await failure(tried());
      expect(error).toBeInstanceOf(GuardError);
      expect(error).toMatchObject({ status: 503, code: 'resilience/unavailable' });
      expect([isUnreachable(error), isTransient(error)]).toEqual([true, true]);
    }
    // but for the guard's own question
    for (const [text] of asked.mock.calls) expect(text).toBe('select 1');
  });

  test('[RS11] a client is told the same from the first failure on', async () => {
    await network.cut();
    for (const tried of [write, read]) {
      const error = await failure(tried());
      expect(asPublic(error)).toMatchObject({ status: 503, code: 'resilience/unavailable', retryAfter: 1 });
      expect(isUnreachable(error)).toBe(true);
    }
  });

  test('[RS12] it is found out by itself that it is back', async () => {
    await network.cut();
    await break_();
    await network.mend();
    await until(() => state() === 'closed');
    expect(await Promise.all([read(), write()])).toEqual([[{ one: 1 }], []]);
    expect(changes.slice(-2)).toEqual(['half_open', 'closed']);
  });

  test('[RS11] [RS12] that swallows everything is left alone, and found again', async () => {
    await Promise.all(Array.from({ length: poolMax }, read));
    network.stall();
    for (const error of await Promise.all(Array.from({ length: 5 }, () => failure(write()))))
      expect(isUnreachable(error)).toBe(true);
    expect(state()).toBe('open');
    await network.mend();
    await until(() => state() === 'closed');
    expect(await read()).toEqual([{ one: 1 }]);
  });

  test('[RS3] [RS10] statements that are refused are answers', async () => {
    for (let i = 0; i < 20; i++) {
      const error = await failure(database.sql.query('select * from there_is_none'));
      expect(error).toMatchObject({ code: '42P01' });
    }
    expect([state(), retries]).toEqual(['closed', 0]);
  });

  test('[RS7] too many at once: those that wait are served, in time', async () => {
    const all = await Promise.all(
      Array.from({ length: 500 }, (_, i) => database.sql.query('select $1::int as i', [i])),
    );
    expect(all.flat()).toEqual(all.map((_, i) => ({ i })));
  });
});

describe('the guard of PGlite', () => {
  test('[RS13] has no breaker, and lets the end of its thread through as it is', async () => {
    const { database: storage, close } = await openTestDatabase('pglite');
    const guards = createGuards();
    const database = guardDatabase(storage, guards, 10);
    expect(await database.sql.query('select 1 as one')).toEqual([{ one: 1 }]);
    await close();
    for (let i = 0; i < 10; i++) {
      const error = await failure(database.sql.query('select 1'));
      expect(error).toMatchObject({ code: '57P01' });
      expect(error).not.toBeInstanceOf(GuardError);
    }
    expect(guards.states()).toEqual({ pglite: 'closed' });
    database.em();
  });
});

describe('what is overloaded', () => {
  test('[RS7] may be tried again, and is no outage', () => {
    const error = new GuardError('resilience/overloaded', 'postgres', 1);
    expect([isTransient(error), isUnreachable(error)]).toEqual([true, false]);
  });
});
