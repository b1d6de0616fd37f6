import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { isUnreachable } from '../../src/database/errors.ts';
import { transaction } from '../../src/database/transaction.ts';
import { databases, serverUrl } from '../support/databases.ts';
import { type Proxy, startProxy } from '../support/proxy.ts';

const hasServer = databases.some(([kind]) => kind === 'postgres');

describe.runIf(hasServer)('the network to PostgreSQL', () => {
  let network: Proxy;
  let database: Database;
  beforeEach(async () => {
    const url = new URL(serverUrl);
    network = await startProxy(Number(url.port || 5432));
    url.port = String(network.port);
    database = await openDatabase({ url: url.href, patienceMs: 300, poolMax: 2, entities: [] });
  });
  afterEach(async () => {
    await database.close();
    await network.close();
  });

  const ask = () => database.sql.query('select 1 as one');
  const failure = (asked: Promise<unknown>) =>
    asked.then(
      () => null,
      (error: unknown) => error,
    );

  test('[OP13] swallows everything: that is noticed, and mended by another connection', async () => {
    await Promise.all([ask(), ask()]);
    network.stall();
    for (const error of await Promise.all([failure(ask()), failure(ask())]))
      expect(isUnreachable(error)).toBe(true);
    await network.mend();
    expect(await Promise.all([ask(), ask(), ask(), ask()])).toHaveLength(4);
  });

  test('[OP11] is cut: whatever was tried, the error says that it is the database', async () => {
    await network.cut();
    const em = () => database.em().execute('select 1');
    const inTransaction = () => transaction(database, async (em) => em.execute('select 1'));
    for (const tried of [ask, em, inTransaction, ask])
      expect(isUnreachable(await failure(tried()))).toBe(true);
    await network.mend();
    for (const tried of [ask, em, inTransaction]) expect(await failure(tried())).toBeNull();
  });
});
