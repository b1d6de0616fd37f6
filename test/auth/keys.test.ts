import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDevKey } from '../../src/auth/dev-key.ts';
import { createKeyRing, deriveKeys } from '../../src/auth/key-ring.ts';
import { createMac } from '../../src/auth/mac.ts';
import { key } from './support.ts';

describe('derived keys', () => {
  const ring = createKeyRing([key('new'), key('old')]);

  test('[AU11] each purpose and each key has a derived key of its own, always the same', () => {
    const hex = (purpose: string) =>
      deriveKeys(ring, purpose).all.map(({ secret }) => secret.export().toString('hex'));
    expect(hex('a')).toEqual(hex('a'));
    expect(new Set([...hex('a'), ...hex('b')]).size).toBe(4);
    expect(deriveKeys(ring, 'a').all.map(({ kid }) => kid)).toEqual(['new', 'old']);
  });

  test('[AU11] a proof holds for its text and its purpose alone', () => {
    const mac = createMac(ring, 'reconnection');
    const proof = mac.sign('match/session');
    expect(proof).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(mac.verify('match/session', proof)).toBe(true);
    expect(mac.verify('match/session2', proof)).toBe(false);
    expect(createMac(ring, 'cursor').verify('match/session', proof)).toBe(false);
    for (const wrong of ['', 'x', proof.slice(1), '♠'.repeat(43)])
      expect(mac.verify('match/session', wrong)).toBe(false);
  });

  test('[AU11] a proof under a former key still holds, one under a forgotten key no more', () => {
    const proof = createMac(createKeyRing([key('old')]), 'p').sign('text');
    expect(createMac(ring, 'p').verify('text', proof)).toBe(true);
    expect(createMac(createKeyRing([key('new')]), 'p').verify('text', proof)).toBe(false);
  });

  test('[AU11] a ring without a key is refused', () => {
    expect(() => createKeyRing([])).toThrow('a key ring needs a key');
  });
});

describe('the development key', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gamekeeper-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('[AU12] is made once, for its owner alone, and kept', () => {
    const dataDir = join(folder, 'deep', 'data');
    const made = openDevKey(dataDir);
    expect(statSync(join(dataDir, 'dev-auth-key')).mode & 0o777).toBe(0o600);
    expect(made.secret.symmetricKeySize).toBeGreaterThanOrEqual(32);
    expect(openDevKey(dataDir).secret.equals(made.secret)).toBe(true);
    expect(readdirSync(dataDir)).toEqual(['dev-auth-key']);
    expect(openDevKey(join(folder, 'other')).secret.equals(made.secret)).toBe(false);
  });

  test('[AU12] is the same for processes that start at once', async () => {
    const script = `import { openDevKey } from ${JSON.stringify(new URL('../../src/auth/dev-key.ts', import.meta.url).href)};
      process.stdout.write(openDevKey(${JSON.stringify(folder)}).secret.export().toString());`;
    const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const outputs = await Promise.all(Array.from({ length: 4 }, start));
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(readdirSync(folder)).toEqual(['dev-auth-key']);
  });

  test('[AU12] that is damaged says what to do', () => {
    writeFileSync(join(folder, 'dev-auth-key'), 'short');
    expect(() => openDevKey(folder)).toThrow(/dev-auth-key is damaged: delete it/);
    expect(existsSync(join(folder, 'dev-auth-key'))).toBe(true);
  });
});
