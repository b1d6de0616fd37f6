import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import { isUnreachable } from '../../src/database/errors.ts';
import { databases, serverUrl } from '../support/databases.ts';
import { startProxy } from '../support/proxy.ts';

const hasServer = databases.some(([kind]) => kind === 'postgres');

test.runIf(hasServer)(
  '[OP13] a network that swallows everything is noticed, and mended by another connection',
  async () => {
    const url = new URL(serverUrl);
    const network = await startProxy(Number(url.port || 5432));
    url.port = String(network.port);
    const database = await openDatabase({ url: url.href, patienceMs: 300, poolMax: 2, entities: [] });
    const ask = () => database.sql.query('select 1 as one');
    await Promise.all([ask(), ask()]);

    network.stall();
    for (const asked of await Promise.allSettled([ask(), ask()]))
      expect(isUnreachable((asked as PromiseRejectedResult).reason)).toBe(true);
    await network.mend();
    expect(await Promise.all([ask(), ask(), ask(), ask()])).toHaveLength(4);
    await database.close();
    await network.close();
  },
);
