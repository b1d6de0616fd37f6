import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import { lockFolder } from '../../src/database/folder-lock.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'gamekeeper-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that takes the folder when it is told to. */
async function starter() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'children/lock.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async () => (await lines.next()).value as string;
  expect(await line()).toBe('ready');
  return {
    pid: child.pid!,
    take: () => {
      child.stdin.write('go\n');
      return line();
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

test('[DB5] [DB6] of several at once exactly one gets the folder, and when it is killed another does', async () => {
  for (let round = 0; round < 3; round++) {
    const starters = await Promise.all(Array.from({ length: 5 }, starter));
    const answers = await Promise.all(starters.map(({ take }) => take()));
    expect(answers.filter((answer) => answer === 'got')).toHaveLength(1);
    expect(answers.filter((answer) => answer.startsWith('database/in_use'))).toHaveLength(4);
    await Promise.all(starters.map(({ kill }) => kill()));
  }
});

test('[DB5] the refusal names the process that has the folder', async () => {
  const holder = await starter();
  expect(await holder.take()).toBe('got');
  const refusal = { code: 'database/in_use', message: expect.stringContaining(`process ${holder.pid}`) };
  expect(() => lockFolder(folder)).toThrow(expect.objectContaining(refusal));
  await expect(openDatabase({ dataDir: folder, entities: [] })).rejects.toMatchObject(refusal);
  await holder.kill();
});

test('[DB6] the pid of a dead holder does not matter, even if it lives on in another process', async () => {
  const holder = await starter();
  expect(await holder.take()).toBe('got');
  await holder.kill();
  writeFileSync(join(folder, 'pid'), String(process.ppid));
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`process ${process.pid}`);
  release();
  lockFolder(folder)();
});
