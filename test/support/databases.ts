/**
 * A migrated database of its own for a test file, on each backend: `describe.each(databases)('%s', (kind, open) => …)`.
 * The server is TEST_DATABASE_URL, or the local one; its lane is left out where nothing answers, unless CI=true.
 */
import { createHash, randomUUID } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { migrate } from '../../src/database/migrate.ts';
import { PgliteThread } from '../../src/database/pglite-thread.ts';

export type DatabaseKind = Database['kind'];

export interface TestDatabase {
  readonly database: Database;
  /** To open the same data again, as another process would; undefined with PGlite, which has one process. */
  readonly url: string | undefined;
  /** Closes the database, and drops it. */
  close(): Promise<void>;
}

export const serverUrl = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const serverWanted = process.env['CI'] === 'true' || (await serverAnswers());
const kinds: readonly DatabaseKind[] = serverWanted ? ['pglite', 'postgres'] : ['pglite'];

export const databases: readonly (readonly [DatabaseKind, () => Promise<TestDatabase>])[] = kinds.map(
  (kind) => [kind, () => openTestDatabase(kind)],
);

/** Opens a database that nobody else has, migrated and empty. */
export async function openTestDatabase(kind: DatabaseKind): Promise<TestDatabase> {
  if (kind === 'postgres') {
    const empty = await createServerDatabase();
    const database = await openDatabase({ url: empty.url, entities });
    await migrate(database);
    return { database, url: empty.url, close: () => database.close().then(empty.drop) };
  }
  const database = await openDatabase({ loadDataDir: await migratedFolder(), entities });
  return { database, url: undefined, close: () => database.close() };
}

/** An empty database on the server. */
export async function createServerDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const name = `gamekeeper_${randomUUID().replaceAll('-', '')}`;
  await onServer(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  return { url: url.href, drop: () => onServer(`drop database ${name} with (force)`) };
}

async function onServer(statement: string): Promise<void> {
  const server = await openDatabase({ url: serverUrl, entities: [] });
  try {
    await server.sql.query(statement);
  } finally {
    await server.close();
  }
}

async function serverAnswers(): Promise<boolean> {
  return onServer('select 1').then(
    () => true,
    () => false,
  );
}

/** The tar of a migrated PGlite folder: it opens in a third of the time that making one takes. */
async function migratedFolder(): Promise<Blob> {
  const folder = join(import.meta.dirname, '../../node_modules/.cache/gamekeeper');
  const file = join(folder, `pglite-${fingerprint()}.tar`);
  try {
    await access(file);
  } catch {
    await mkdir(folder, { recursive: true });
    const own = `${file}.${process.pid}`;
    await writeFile(own, (await makeMigratedFolder()).stream());
    // at once whole: another test file may be waiting for it
    await rename(own, file);
  }
  return new Blob([await readFile(file)]);
}

async function makeMigratedFolder(): Promise<Blob> {
  const folder = await mkdtemp(join(tmpdir(), 'gamekeeper-'));
  const database = await openDatabase({ dataDir: folder, entities });
  await migrate(database);
  await database.close();
  const thread = new PgliteThread({ dataDir: join(folder, 'postgres') });
  try {
    return await thread.dump();
  } finally {
    await thread.close();
    await rm(folder, { recursive: true });
  }
}

/** Changes with all that the folder is made from. */
function fingerprint(): string {
  const root = join(import.meta.dirname, '../..');
  const sources = globSync(['src/database/migrations/*.ts', 'package-lock.json'], { cwd: root }).toSorted();
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(join(root, source)));
  return hash.digest('hex').slice(0, 16);
}
