/** `npm run cluster` as people use it: a command that is started, played on, broken and ended. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Balancer } from '../../scripts/cluster/balancer.ts';
import { watchHealth } from '../../scripts/cluster/health.ts';
import { freePort, greets } from '../../scripts/cluster/ports.ts';
import { makeNats } from '../../scripts/cluster/services.ts';
import { createServerDatabase, databases } from '../support/databases.ts';
import { hasOwnPostgres } from '../support/postgres.ts';
import { hasRedisServer, RedisServer } from '../support/redis-server.ts';
import { until } from '../support/server.ts';

const main = 'scripts/cluster/main.ts';
const hasAll =
  process.env['CI'] === 'true' ||
  (hasOwnPostgres && hasRedisServer && spawnSync('nats-server', ['--version']).status === 0);
const { PATH = '' } = process.env;

interface Command {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown[]>;
  output: string;
}

const commands: Command[] = [];
afterEach(async () => {
  for (const { child, exited } of commands.splice(0)) {
    child.kill('SIGTERM');
    await exited;
  }
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH, LOG_LEVEL: 'warn', ...env } });
  const command: Command = { child, exited: once(child, 'exit'), output: '' };
  child.stdout.on('data', (text) => void (command.output += text));
  child.stderr.on('data', (text) => void (command.output += text));
  commands.push(command);
  return command;
}

/** The address that it prints. */
async function ready(command: Command): Promise<string> {
  const url = /Gamekeeper is ready at (\S+):/;
  await until(() => url.test(command.output) || command.child.exitCode !== null, 'it is ready', 60_000);
  expect(command.output).toMatch(url);
  return url.exec(command.output)![1]!;
}

const pidsIn = ({ output }: Command): number[] =>
  [...output.matchAll(/kill -9 (\d+)/g)].map(([, pid]) => Number(pid));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(!hasAll)('npm run cluster', () => {
  test(
    '[SC7] [SC8] [SC9] a house of three is played on, mends itself, and ends whole',
    { timeout: 150_000 },
    async () => {
      const command = start(['3', '--port', '0']);
      const url = await ready(command);
      await until(() => pidsIn(command).length === 3, 'it says how to kill each');
      const pids = pidsIn(command);

      process.kill(pids[1]!, 'SIGKILL');
      await until(() => command.output.includes('ended (SIGKILL); it is started again'), 'it notices');
      // the others serve meanwhile
      const demo = spawn(process.execPath, ['demo/main.ts', '--fast', '--url', url], { stdio: 'ignore' });
      expect(await once(demo, 'exit')).toEqual([0, null]);
      await until(() => pidsIn(command).length === 4, 'it runs again', 30_000);
      expect(command.output).toMatch(/process 2 +runs again/);

      const all = pidsIn(command);
      command.child.kill('SIGINT');
      expect(await command.exited).toEqual([0, null]);
      await vi.waitUntil(() => all.every((pid) => !isAlive(pid)), { timeout: 10_000 });
      // what a child says has its name
      expect(command.output).toMatch(/process 1 +Stopping: /);
    },
  );
});

const hasServer = databases.some(([kind]) => kind === 'postgres');

describe.skipIf(!hasAll || !hasServer)('servers that run already', () => {
  test('[SC7] are used where the environment names them', { timeout: 90_000 }, async () => {
    const [redis, nats, database] = await Promise.all([
      RedisServer.open(),
      makeNats(),
      createServerDatabase(),
    ]);
    try {
      await nats.start();
      const command = start(['1', '--port', '0'], {
        REDIS_URL: redis.url,
        DATABASE_URL: database.url,
        NATS_URL: nats.url,
      });
      const url = await ready(command);
      expect(command.output).not.toContain('runs at');
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      command.child.kill('SIGTERM');
      expect(await command.exited).toEqual([0, null]);
    } finally {
      await Promise.all([redis.close(), nats.close()]);
      await database.drop();
    }
  });
});

test.runIf(hasRedisServer)('[SC9] a server ends with whoever started it, though that is killed', async () => {
  const code = `
    import { makeRedis } from './scripts/cluster/services.ts';
    const redis = await makeRedis();
    await redis.start();
    console.log(redis.url);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', code]);
  let output = '';
  owner.stdout.on('data', (text) => void (output += text));
  await until(() => output.includes('redis://'), 'it runs');
  const redis = new Redis(output.trim());
  redis.on('error', () => {});
  const [, folder] = (await redis.config('GET', 'dir')) as string[];
  redis.disconnect();
  owner.kill('SIGKILL');
  const isThere = () => greets(Number(new URL(output).port), 'PING\r\n', /^\+PONG/);
  await vi.waitFor(async () => expect(await isThere()).toBe(false), 10_000);
  await until(() => !existsSync(folder!), 'its folder is gone');
});

describe('what a person can mend', () => {
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env: { PATH, ...env } });
  /** As if all servers were there: so that nothing is started. */
  const servers = {
    REDIS_URL: 'redis://127.0.0.1:1',
    DATABASE_URL: 'postgres://127.0.0.1:1/x',
    NATS_URL: 'nats://127.0.0.1:1',
  };

  test('[SC10] --help says how it is used', () => {
    const { status, stdout } = run(['--help']);
    expect(stdout).toContain('Usage: npm run cluster');
    expect(status).toBe(0);
  });

  test.each([
    [['0'], 'the number of processes must be a whole number from 1 to 16, not 0'],
    [['many'], 'the number of processes must be a whole number from 1 to 16, not many'],
    [['3', '4'], 'one number says how many processes'],
    [['--port', 'x'], '--port must be a whole number from 0 to 65535, not x'],
    [['--porte', '1'], "Unknown option '--porte'"],
  ])('[SC10] %j: one line says what is wrong', (args, message) => {
    const { status, stderr } = run(args, servers);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(1);
  });

  test('[SC10] a port that is in use is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, stderr } = run(['1', '--port', `${port}`], servers);
    other.close();
    expect(stderr).toContain(`port ${port} can not be listened on (EADDRINUSE): choose another with --port`);
    expect(status).toBe(1);
  });

  test('[SC10] a program that is missing is named, and what to set instead', () => {
    const { status, stderr } = run(['1', '--port', '0'], { ...servers, REDIS_URL: '', PATH: '/nowhere' });
    expect(stderr).toContain('Redis is not installed here (no program redis-server)');
    expect(stderr).toContain('set REDIS_URL');
    expect(status).toBe(1);
  });

  test('[SC10] a process that can not start says why', { timeout: 60_000 }, () => {
    const { status, stdout, stderr } = run(['1', '--port', '0'], servers);
    expect(stdout).toMatch(/process 1 +Gamekeeper can't start: /);
    expect(stderr).toContain('process 1 did not start (1): see its output');
    expect(status).toBe(1);
  });
});

describe('the balancer', () => {
  test('[SC11] the server that a path names is tried first, then the next; cut takes its connections', async () => {
    const ports = [await freePort(), await freePort()];
    const heard = [0, 0];
    const servers = ports.map((port, i) =>
      createServer((socket) => {
        socket.on('error', () => {}).on('data', () => void (heard[i]!++, socket.write(`server ${i}`)));
      }).listen(port, '127.0.0.1'),
    );
    const balancer = await Balancer.listen(0, ports);
    const ask = async (path: string) => {
      const socket = connect(balancer.port, '127.0.0.1').on('error', () => {});
      socket.write(`GET ${path} HTTP/1.1\r\n`);
      const [data] = (await once(socket, 'data')) as [Buffer];
      return { socket, said: data.toString() };
    };
    const second = await ask('/p1/x');
    expect(second.said).toBe('server 1');
    expect((await ask('/p0/x')).said).toBe('server 0');
    servers[1]!.close();
    balancer.cut(ports[1]!);
    await until(() => second.socket.destroyed, 'its connection is cut');
    expect((await ask('/p1/x')).said).toBe('server 0');
    balancer.aim([0, 0]);
    const nobody = connect(balancer.port, '127.0.0.1').on('error', () => {});
    nobody.write('GET / HTTP/1.1\r\n');
    await until(() => nobody.destroyed, 'nobody is there');
    await balancer.close();
    servers[0]!.close();
  });

  test('[SC11] a server that does not answer is passed over until it does, and loses its connections', async () => {
    let isHanging = false;
    const server = (name: string, hangs: () => boolean) =>
      createHttpServer((_, response) => void (hangs() || response.end(name))).listen(0, '127.0.0.1');
    const servers = [server('fine', () => false), server('hanging', () => isHanging)];
    await Promise.all(servers.map((one) => once(one, 'listening')));
    const ports = servers.map((one) => (one.address() as AddressInfo).port);
    const balancer = await Balancer.listen(0, ports);
    const stop = watchHealth(balancer, ports);
    // a connection for each request: a balancer of TCP does not see where one begins
    const ask = async (): Promise<string> =>
      (await fetch(`${balancer.url}/p1/`, { headers: { connection: 'close' } })).text();
    try {
      expect(await ask()).toBe('hanging');
      isHanging = true;
      // its connection is cut: fetch fails
      await expect(ask()).rejects.toThrow('fetch failed');
      expect(await ask()).toBe('fine');
      isHanging = false;
      await vi.waitUntil(async () => (await ask()) === 'hanging', { timeout: 10_000, interval: 100 });
    } finally {
      stop();
      await balancer.close();
      for (const one of servers) {
        one.closeAllConnections();
        one.close();
      }
    }
  });
});
