import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import { openMatchStore } from '../../src/store/postgres-match-store.ts';
import { entriesAfter } from '../store/support.ts';

test('[DB7] after kill -9 amid commits everything acknowledged is there', { timeout: 120_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'gamekeeper-'));
  const acknowledged = new Map<string, number>();
  for (let life = 1; life <= 5; life++) await liveAndDie(dataDir, life * 97, acknowledged);
  expect(acknowledged.size).toBe(5 * 8);

  const database = await openDatabase({ dataDir, entities: [] });
  const store = await openMatchStore({ sql: database.sql, processId: randomUUID(), now: Date.now });
  for (const [matchId, n] of acknowledged) {
    const { entries } = (await store.claim(matchId))!;
    expect(entries.length).toBeGreaterThanOrEqual(n);
    expect(entries).toEqual(entriesAfter(0, entries.length));
  }
  await store.close();
  await database.close();
  rmSync(dataDir, { recursive: true });
});

/** Runs a committing process, and kills it as soon as it has acknowledged so many entries. */
async function liveAndDie(
  dataDir: string,
  entries: number,
  acknowledged: Map<string, number>,
): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'children/commit.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  let count = 0;
  for await (const line of createInterface(child.stdout)) {
    const [matchId, n] = line.split(' ');
    acknowledged.set(matchId!, Number(n));
    if (++count === entries) child.kill('SIGKILL');
  }
  expect(await exit).toEqual([null, 'SIGKILL']);
}
