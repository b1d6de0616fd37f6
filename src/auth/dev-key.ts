/** The signing key of development: random, made once, and kept in the data folder so that tokens survive a restart. */
import { createSecretKey, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from '../config-variables.ts';

/** The key in `dataDir`/dev-auth-key, which is made (mode 0600) where there is none. Throws what the file system throws. */
export function openDevKey(dataDir: string): SigningKey {
  const path = join(dataDir, 'dev-auth-key');
  mkdirSync(dataDir, { recursive: true });
  const secret = read(path) ?? make(path);
  if (secret.length < 32)
    throw new Error(`${path} is damaged: delete it, a new key is made at the next start`);
  return { kid: 'dev', secret: createSecretKey(secret, 'utf8') };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** A link appears whole or not at all, so of two starters at once both read the key of the first. */
function make(path: string): string {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString('base64url') + '\n', { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8').trim();
}
