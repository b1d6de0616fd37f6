import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DatabaseError } from './errors.ts';

/**
 * Takes a data folder for this process, making it where it is missing, and returns how to give it back. PGlite takes no
 * lock of its own: two processes on one folder lose each other's writes without an error.
 *
 * The lock is SQLite's lock on the file `lock`, held by the operating system: it ends with the process however that dies,
 * so nothing is ever stale, whatever process ids are used again for. The file `pid` only serves the message.
 * Throws DatabaseError `database/in_use` or `database/unwritable`.
 */
export function lockFolder(folder: string): () => void {
  const pidFile = join(folder, 'pid');
  const lock = openLock(folder);
  try {
    // immediate, not exclusive: of two at the same moment one gets it, where exclusive can refuse both
    lock.exec('begin immediate');
    writeFileSync(pidFile, String(process.pid));
  } catch (error) {
    lock.close();
    throw isBusy(error) ? inUse(folder, pidFile) : unwritable(folder, error);
  }
  return () => {
    rmSync(pidFile, { force: true });
    lock.close();
  };
}

function openLock(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true });
    return new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  } catch (error) {
    throw unwritable(folder, error);
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function inUse(folder: string, pidFile: string): DatabaseError {
  const holder = holderOf(pidFile);
  return new DatabaseError(
    'database/in_use',
    `the data folder ${folder} is in use by ${holder}: stop that one, or choose another folder`,
  );
}

function holderOf(pidFile: string): string {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    if (pid > 0) return `process ${pid}`;
  } catch {
    // the holder is about to write it
  }
  return 'another process';
}

function unwritable(folder: string, error: unknown): DatabaseError {
  const reason = error instanceof Error ? error.message : String(error);
  return new DatabaseError(
    'database/unwritable',
    `can't write to the data folder ${folder} (${reason}): give this user the right to write there, or choose another folder`,
    error,
  );
}
