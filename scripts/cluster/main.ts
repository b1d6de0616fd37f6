/** npm run cluster: several processes that are one house, behind one address, with all that they need. */
import { randomBytes } from 'node:crypto';
import { parseArgs, styleText } from 'node:util';
import { ClusterError } from './cluster-error.ts';
import { House, nameOf } from './house.ts';
import type { Service } from './service.ts';
import { makeNats, makePostgres, makeRedis } from './services.ts';

const usage = `Usage: npm run cluster [-- 3] [--port 2567]

Starts as many processes as you say (1 to 16, 3 by default) and a small balancer before them. One that dies is started
again. REDIS_URL, DATABASE_URL and NATS_URL name the servers to use; where one is not set, a server of its own is started
from the programs of this machine, whose data is gone in the end. Ctrl-C ends everything.

  --port   where clients go`;

const restartMs = 1_000;
const makers = { REDIS_URL: makeRedis, DATABASE_URL: makePostgres, NATS_URL: makeNats } as const;
/** Where each process itself is reached: one address is what counts here. */
const greeting = /^(Gamekeeper is ready at|Try it:| {2}\w+ +http|$)/;
const colours = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'red'] as const;

const closing: (() => Promise<void>)[] = [];
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));

try {
  const asked = parse();
  if (asked) await run(asked);
  else console.log(usage);
} catch (error) {
  if (!isEnding) console.error(isKnown(error) ? error.message : error);
  await end(1);
}

function parse(): { processes: number; port: number } | null {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: process.env['PORT'] || '2567' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const [processes = '3', ...more] = positionals;
  if (more.length > 0) throw new ClusterError('one number says how many processes; see --help');
  return {
    processes: wholeNumber('the number of processes', processes, 1, 16),
    port: wholeNumber('--port', values.port, 0, 65_535),
  };
}

async function run({ processes, port }: { processes: number; port: number }): Promise<void> {
  const services = await startServices();
  const house = await House.open({
    processes,
    port,
    env: { AUTH_KEYS: process.env['AUTH_KEYS'] || `cluster:${randomBytes(32).toString('hex')}`, ...services },
    line: (place, line) => greeting.test(line) || print(place, line),
    died: (place, how) => void revive(house, place, how),
  });
  closing.push(() => house.close());
  console.log(styleText('bold', `\nGamekeeper is ready at ${house.url}: ${processes} processes, one house`));
  console.log(`Try it: npm run demo -- --url ${house.url}`);
  console.log(house.servers.map(({ pid }, place) => `${nameOf(place)}: kill -9 ${pid}`).join('\n'));
}

/** Variables of those that the environment does not name, which run from now on. */
async function startServices(): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [variable, make] of Object.entries(makers)) {
    if (process.env[variable]) continue;
    const service: Service = await make();
    closing.push(() => service.close());
    await service.start();
    console.log(`${service.name} runs at ${service.url}`);
    env[variable] = service.url;
  }
  return env;
}

async function revive(house: House, place: number, how: string): Promise<void> {
  print(place, `ended (${how}); it is started again`);
  const server = house.servers[place]!;
  while (!server.isReady) {
    await new Promise((resume) => setTimeout(resume, restartMs));
    if (isEnding) return;
    await server.start().catch((error: Error) => print(place, error.message));
  }
  print(place, `runs again: kill -9 ${server.pid}`);
}

function print(place: number, line: string): void {
  console.log(`${styleText(colours[place % colours.length]!, nameOf(place).padEnd(10))} ${line}`);
}

/** The last that was opened is closed first. */
async function end(code: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  if (closing.length > 0) console.log('\nEnding: matches are parked, and then all is closed.');
  for (const close of closing.toReversed()) await close().catch((error: unknown) => console.error(error));
  process.exit(code);
}

function wholeNumber(what: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new ClusterError(`${what} must be a whole number from ${least} to ${most}, not ${text}`);
}

function isKnown(error: unknown): error is Error {
  const { code } = error as { code?: unknown };
  return error instanceof ClusterError || String(code).startsWith('ERR_PARSE_ARGS');
}
