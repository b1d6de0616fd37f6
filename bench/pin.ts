/** Which core runs what: the server alone on the first; load and database on the second. Needs `taskset`. */
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { promisify } from 'node:util';
import type { Sql } from '../src/database/sql.ts';

const run = promisify(execFile);

/** The cores, or null where this machine can't pin. */
export async function findCores(): Promise<{ server: number; load: number } | null> {
  if (availableParallelism() < 2) return null;
  return run('taskset', ['-cp', String(process.pid)]).then(
    () => ({ server: 0, load: 1 }),
    () => null,
  );
}

/** Puts every worker thread that this process starts (the embedded database) on a core. */
export function pinWorkers(core: number): void {
  process.on('worker', (worker) => {
    worker.once('online', () => {
      for (const thread of readdirSync('/proc/self/task')) {
        const name = readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim();
        if (name === 'WorkerThread') void run('taskset', ['-cp', String(core), thread]).catch(() => {});
      }
    });
  });
}

/**
 * Puts a PostgreSQL server of this machine on a core. The returned function gives its processes back the cores that they
 * had; null where it is not ours to pin (another machine, another user).
 */
export async function pinPostgres(sql: Sql, core: number): Promise<(() => Promise<void>) | null> {
  try {
    const [row] = await sql.query<{ pid: number }>('select pg_backend_pid() as pid');
    if (status(row!.pid, 'Name') !== 'postgres') return null;
    const server = Number(status(row!.pid, 'PPid'));
    const cores = status(server, 'Cpus_allowed_list');
    await place(server, String(core));
    return () => place(server, cores);
  } catch {
    return null;
  }
}

/** Places a process and its children; it comes first, so that children of later take after it. */
async function place(parent: number, cores: string): Promise<void> {
  await run('taskset', ['-cp', cores, String(parent)]);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    // one that has ended since has nothing to place
    if (isChild(Number(pid), parent)) await run('taskset', ['-cp', cores, pid]).catch(() => {});
  }
}

function isChild(pid: number, parent: number): boolean {
  try {
    return Number(status(pid, 'PPid')) === parent;
  } catch {
    return false;
  }
}

function status(pid: number, field: string): string {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(text)![1]!;
}
