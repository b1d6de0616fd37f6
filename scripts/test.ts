/** The test suite: npm test [-- arguments of vitest]. Says first what is missing, and so what is skipped. */
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { canContain } from './image/contained.ts';

const servers = [
  {
    name: 'PostgreSQL',
    variable: 'TEST_DATABASE_URL',
    fallback: 'postgres://postgres@127.0.0.1:5432/postgres',
    port: 5432,
    instead: 'the embedded one is tested',
  },
  {
    name: 'NATS',
    variable: 'TEST_NATS_URL',
    fallback: 'nats://127.0.0.1:4222',
    port: 4222,
    instead: 'the stream in the database is tested',
  },
  {
    name: 'Redis',
    variable: 'TEST_REDIS_URL',
    fallback: 'redis://127.0.0.1:6379',
    port: 6379,
    instead: 'the store in the database is tested',
  },
] as const;

for (const { name, variable, fallback, port: usual, instead } of servers) {
  const { hostname, port } = new URL(process.env[variable] ?? fallback);
  if (await answers(hostname, Number(port || usual))) continue;
  const where = `${hostname}:${port || usual}`;
  if (process.env['CI'] === 'true') {
    console.error(`${name} does not answer at ${where}, and CI=true demands it: set ${variable}.`);
    process.exit(1);
  }
  console.log(
    `Without ${name} (none at ${where}; ${variable} names another) its tests are skipped; ${instead}.`,
  );
}

if (!canContain)
  console.log('Without root on Linux the trial of the image is skipped; its Dockerfile is read.');

const vitest = spawnSync('vitest', ['run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exit(vitest.status ?? 1);

function answers(host: string, at: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: at, timeout: 2000 });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}
