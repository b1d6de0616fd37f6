/** The chaos suite in short, and that nothing of it is left however it ends. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { makePlan } from '../../chaos/plan.ts';
import { isClean, judge } from '../../chaos/report.ts';
import { run } from '../../chaos/run.ts';
import { hasOwnPostgres } from '../support/postgres.ts';

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const canRun = process.env['CI'] === 'true' || (hasOwnPostgres && has('redis-server') && has('nats-server'));

/** A plan with a bit of everything. */
const seed = 1_009;
const durationMs = 15_000;
const kinds = new Set(makePlan({ seed, durationMs, processes: 3 }).map(({ kind }) => kind));

/** Processes whose parent this is. */
function children(parent: number): number[] {
  return globSync('/proc/[0-9]*/stat')
    .flatMap((path) => {
      try {
        const [pid, rest] = readFileSync(path, 'utf8').split(' (') as [string, string];
        return Number(rest.slice(rest.lastIndexOf(')') + 2).split(' ')[1]) === parent ? [Number(pid)] : [];
      } catch {
        return [];
      }
    })
    .filter((pid) => pid !== process.pid);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(!canRun)('a run', () => {
  test('[CH10] in short is clean', { timeout: 240_000 }, async () => {
    for (const name of ['info', 'warn'] as const) vi.spyOn(console, name).mockImplementation(() => {});
    const report = await run({ seed, durationMs, tables: 2, injected: () => {}, say: () => {} });
    expect(judge(report).filter(([, found]) => found.length > 0)).toEqual([]);
    expect(isClean(report)).toBe(true);
    // it proves nothing where nothing happened
    expect(new Set(report.faults.map(({ kind }) => kind))).toEqual(kinds);
    expect(report.matches).toBeGreaterThanOrEqual(4);
    expect(report.acknowledged).toBeGreaterThan(200);
    expect(report.returns).toBeGreaterThan(0);
    expect(report.takeovers).toBeGreaterThan(0);
  });

  test('[CH11] that is interrupted leaves nothing running', { timeout: 120_000 }, async () => {
    const child = spawn(process.execPath, ['chaos/main.ts', '--minutes', '1', '--tables', '1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const started = children(child.pid!);
    // three servers, and what they stand on
    expect(started.length).toBeGreaterThanOrEqual(6);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    await vi.waitUntil(() => started.every((pid) => !isAlive(pid)), { timeout: 10_000 });
  });
});
