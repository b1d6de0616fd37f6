/** DATA_DIR: whether it can be written to, is free, and has room. Nothing is left there that was not. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseError } from '../../src/database/errors.ts';
import { lockFolder } from '../../src/database/folder-lock.ts';
import { configured, type Finding, subject } from './check.ts';

const leastMiB = { fail: 100, warn: 1_024 };

export const dataFolder = configured({
  what: 'data folder',
  look({ config }) {
    // with PostgreSQL it holds a development key at most
    if (config.database.url !== null && config.auth.keys !== null) return [];
    const folder = resolve(config.dataDir);
    const there = nearest(folder);
    const { fail } = subject('data folder');
    try {
      accessSync(there, constants.W_OK | constants.X_OK);
    } catch {
      return [fail(`${folder} can't be written to`, 'give this user the right, or set DATA_DIR to another')];
    }
    return [stateOf(folder), roomIn(there)];
  },
});

function stateOf(folder: string): Finding {
  const { ok, warn } = subject('data folder');
  const database = join(folder, 'db');
  if (!existsSync(database)) return ok(`${folder} (new)`);
  try {
    lockFolder(database)();
    return ok(folder);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'database/in_use') throw error;
    const shown = `in use by another process: ${folder}`;
    return warn(shown, 'fine where that is this server at work; two at once need PostgreSQL (DATABASE_URL)');
  }
}

function roomIn(folder: string): Finding {
  const { ok, warn, fail } = subject('disk');
  const { bavail, bsize } = statfsSync(folder);
  const mebibytes = Math.floor((bavail * bsize) / 2 ** 20);
  const shown = `${mebibytes} MiB free at ${folder}`;
  if (mebibytes >= leastMiB.warn) return ok(shown);
  return (mebibytes < leastMiB.fail ? fail : warn)(shown, 'make room, or set DATA_DIR to another disk');
}

/** The folder, or what it would be made in. */
function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(dirname(folder));
}
