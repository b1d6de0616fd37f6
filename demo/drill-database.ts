import { randomUUID } from 'node:crypto';
import { openDatabase } from '../src/database/database.ts';

export interface DrillDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database of its own beside the one of `url`, on the same server. */
export async function createDatabase(url: string): Promise<DrillDatabase> {
  const name = `gamekeeper_drill_${randomUUID().replaceAll('-', '')}`;
  await query(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = name;
  return { url: own.href, drop: () => query(url, `drop database ${name} with (force)`) };
}

async function query(url: string, statement: string): Promise<void> {
  const database = await openDatabase({ url, entities: [] });
  try {
    await database.sql.query(statement);
  } finally {
    await database.close();
  }
}
