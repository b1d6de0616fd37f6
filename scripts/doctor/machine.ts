/** What the machine gives: files, memory, cores, time, the queue of sockets. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { type Check, type Finding, subject } from './check.ts';

const leastFiles = 1_024;
const goodFiles = { development: 4_096, production: 65_536 };
/** PGlite takes 1.2 GiB for a moment when it opens. */
const leastMemoryMiB = { embedded: 1_536, server: 256 };
const goodBacklog = 4_096;

/** Node has raised the limit as far as it may: what is read here is what the server has too. */
export const openFiles: Check = {
  what: 'open files',
  look({ config }) {
    if (process.platform === 'win32') return [];
    const { ok, warn, fail } = subject('open files');
    const text = spawnSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).stdout.trim();
    const limit = text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
    const good = goodFiles[config?.production ? 'production' : 'development'];
    const todo = `raise it to 65536 (\`ulimit -n\`, LimitNOFILE of systemd, \`ulimits\` of compose): a socket takes one`;
    if (limit < leastFiles) return [fail(text, todo)];
    return [limit < good ? warn(text, todo) : ok(text)];
  },
};

export const memory: Check = {
  what: 'memory',
  look({ config }) {
    const { ok, warn } = subject('memory');
    const limit = process.constrainedMemory();
    const mebibytes = Math.floor(Math.min(limit > 0 ? limit : Infinity, totalmem()) / 2 ** 20);
    const isEmbedded = config?.database.url === null;
    const least = leastMemoryMiB[isEmbedded ? 'embedded' : 'server'];
    const shown = `${mebibytes} MiB`;
    if (mebibytes >= least) return [ok(shown)];
    const instead = isEmbedded ? ', or use PostgreSQL (DATABASE_URL)' : '';
    return [warn(shown, `give it ${least} MiB${instead}`)];
  },
};

export const cores: Check = {
  what: 'cores',
  look() {
    const { ok, warn } = subject('cores');
    const count = availableParallelism();
    if (count > 1) return [ok(String(count))];
    return [
      warn('1', 'two serve better: a process plays on one, databases and checks of replays take another'),
    ];
  },
};

/** Nothing was before this project: a clock that says so lost its battery. */
const firstDay = Date.UTC(2026, 0, 1);
const mostJumpMs = 100;

export const clock: Check = {
  what: 'clock',
  look: () => [clockOf(Date.now(), performance.timeOrigin + performance.now())],
};

/** `steady`: what the wall clock would say if nobody had set it since this process began. In milliseconds. */
export function clockOf(wall: number, steady: number): Finding {
  const { ok, warn, fail } = subject('clock');
  const shown = new Date(wall).toISOString();
  if (wall < firstDay) return fail(shown, 'set it, and let NTP keep it: tokens would be refused');
  const jump = Math.round(wall - steady);
  if (Math.abs(jump) <= mostJumpMs) return ok(shown);
  return warn(`it jumped by ${jump} ms just now`, 'let NTP slew it, not step: deadlines jump with it');
}

export const backlog: Check = {
  what: 'socket queue',
  look: () => [...backlogOf('/proc/sys/net/core/somaxconn')],
};

function* backlogOf(file: string): Generator<Finding> {
  if (!existsSync(file)) return;
  const { ok, warn } = subject('socket queue');
  const limit = Number(readFileSync(file, 'utf8'));
  if (limit >= goodBacklog) yield ok(String(limit));
  else
    yield warn(
      String(limit),
      `sysctl -w net.core.somaxconn=${goodBacklog}: after a crash all come back at once`,
    );
}
