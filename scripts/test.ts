/** The test suite: npm test [-- arguments of vitest]. Says first which servers are missing, and so what is skipped. */
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';

const database = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const { hostname, port } = new URL(database);

if (!(await answers(hostname, Number(port || 5432)))) {
  const where = `${hostname}:${port || 5432}`;
  if (process.env['CI'] === 'true') {
    console.error(`PostgreSQL does not answer at ${where}, and CI=true demands it: set TEST_DATABASE_URL.`);
    process.exit(1);
  }
  console.log(
    `Without PostgreSQL (none at ${where}; TEST_DATABASE_URL names another) its tests are skipped; the embedded one is tested.`,
  );
}

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
