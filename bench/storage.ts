/** Databases to measure on, each made for one server and thrown away after it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../src/database/database.ts';

export type StorageKind = 'PostgreSQL' | 'PGlite';

export interface Storage {
  /** Variables that tell a server to use it. */
  readonly env: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/** An empty database: on the server at `url`, or in a folder of its own. */
export async function openStorage(kind: StorageKind, url: string): Promise<Storage> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-bench-'));
  const dropFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  if (kind === 'PGlite') return { env: { DATA_DIR: folder }, drop: dropFolder };
  const name = `gamekeeper_bench_${randomUUID().replaceAll('-', '')}`;
  await onServer(url, `create database ${name}`);
  const own = new URL(url);
  own.pathname = name;
  return {
    env: { DATA_DIR: folder, DATABASE_URL: own.href },
    drop: async () => {
      await onServer(url, `drop database ${name} with (force)`);
      await dropFolder();
    },
  };
}

/** The PostgreSQL server itself; null where nothing answers. */
export function openServer(url: string): Promise<Database | null> {
  return openDatabase({ url, entities: [] }).catch(() => null);
}

async function onServer(url: string, statement: string): Promise<void> {
  const server = await openDatabase({ url, entities: [] });
  try {
    await server.sql.query(statement);
  } finally {
    await server.close();
  }
}
