import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Migration } from '@mikro-orm/migrations';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { type NamedMigration, migrations } from '../../src/database/migrations/index.ts';
import { createServerDatabase, databases } from '../support/databases.ts';

describe.each(databases)('%s', (kind, open) => {
  test('[DB10] pending migrations run once, in order, all or none', async () => {
    const { database, close } = await open();
    const list = [
      ...migrations,
      named('a', 'create table a (id int)'),
      named('b', 'insert into a values (1)'),
    ];
    expect(await migrate(database, list)).toEqual(['a', 'b']);
    expect(await migrate(database, list)).toEqual([]);

    const broken = [
      ...list,
      named('c', 'insert into a values (2)'),
      named('d', 'insert into nowhere values (1)'),
    ];
    await expect(migrate(database, broken)).rejects.toMatchObject({
      message: expect.stringContaining('nowhere'),
    });
    expect(await database.sql.query('select id from a')).toEqual([{ id: 1 }]);
    expect(await migrate(database, broken.slice(0, -1))).toEqual(['c']);
    await close();
  });

  test('[DB11] where nothing is pending it is one query', async () => {
    const { database, close } = await open();
    const asked: string[] = [];
    const counting = {
      ...database,
      sql: { query: (text: string) => (asked.push(text), database.sql.query<never>(text)) },
    };
    expect(await migrate(counting)).toEqual([]);
    expect(asked).toHaveLength(1);
    await close();
  });

  test.runIf(kind === 'postgres')('[DB10] of eight processes that start at once one migrates', async () => {
    const { url, drop } = await createServerDatabase();
    const child = join(import.meta.dirname, 'children/migrate.ts');
    const run = () => promisify(execFile)(process.execPath, [child, url]).then(({ stdout }) => stdout);
    const outputs = await Promise.all(Array.from({ length: 8 }, run));
    const all = JSON.stringify(migrations.map(({ name }) => name));
    expect(outputs.toSorted()).toEqual([all, ...Array.from({ length: 7 }, () => '[]')].toSorted());
    const database = await openDatabase({ url, entities: [] });
    expect(await database.sql.query('select * from live_match')).toEqual([]);
    await database.close();
    await drop();
  });
});

function named(name: string, statement: string): NamedMigration {
  class One extends Migration {
    override up(): void {
      this.addSql(statement);
    }
  }
  return { name, load: async () => One };
}
