/** npm run drill: kill -9 the server in the middle of many matches, again and again, and count what was lost. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unlimited } from '../scripts/unlimited.ts';
import { parseOrExplain, wholeNumber } from './arguments.ts';
import { DemoError, runCommand } from './demo-error.ts';
import { createDatabase } from './drill-database.ts';
import { muteSdk } from './guest.ts';
import { type Figures, runDrill } from './kill-drill.ts';
import { showSeconds } from './seconds.ts';
import { ServerProcess } from './server-process.ts';

const usage = `Usage: npm run drill [-- --matches 20] [--kills 3] [--database postgres://…]

Starts a server of its own, lets clients play many matches on it, ends it by kill -9 in the middle and starts it again
on the same data. Clients come back by themselves. In the end each acknowledged command must stand in the log of its
match exactly once.

  --matches    matches at once, of four clients each
  --kills      how often the server is killed
  --database   a PostgreSQL server: the drill makes a database of its own there, and drops it; else the embedded one`;

const longestMs = 180_000;

await runCommand(async () => {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        matches: { type: 'string', default: '20' },
        kills: { type: 'string', default: '3' },
        database: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  if (values.help) return console.log(usage);
  const matches = wholeNumber('matches', values.matches, 1, 500);
  const kills = wholeNumber('kills', values.kills, 1, 20);
  muteSdk();
  await drill(matches, kills, values.database);
});

async function drill(matches: number, kills: number, databaseUrl: string | undefined): Promise<void> {
  const signal = AbortSignal.any([AbortSignal.timeout(longestMs), interrupted()]);
  const database = databaseUrl === undefined ? null : await createDatabase(databaseUrl);
  const dataDir = await mkdtemp(join(tmpdir(), 'gamekeeper-drill-'));
  const server = new ServerProcess(environment(dataDir, database?.url));
  try {
    report(matches, kills, await Promise.race([runDrill({ server, matches, kills }), ended(signal)]));
  } finally {
    await server.close();
    await rm(dataDir, { recursive: true });
    await database?.drop();
  }
}

/** All starts of the server are on the same data, with the same keys. */
function environment(dataDir: string, databaseUrl = ''): Record<string, string> {
  return {
    NODE_ENV: 'development',
    ...unlimited,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    AUTH_KEYS: `drill:${randomBytes(32).toString('hex')}`,
    LOG_LEVEL: 'warn',
  };
}

/** One line of figures. Throws DemoError where a command was lost or counted twice. */
function report(
  matches: number,
  kills: number,
  { acknowledged, sentAgain, lost, twice, backMs }: Figures,
): void {
  const [middle, most] = [backMs[backMs.length >> 1]!, backMs.at(-1)!];
  console.log(
    `matches ${matches}  kills ${kills}  acknowledged ${acknowledged}  sent again ${sentAgain}  lost ${lost}  ` +
      `twice ${twice}  back p50 ${showSeconds(middle)}  max ${showSeconds(most)}`,
  );
  if (lost + twice > 0) throw new DemoError('The logs are not what the clients were told.');
}

function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => controller.abort(new DemoError('The drill was interrupted.')));
  return controller.signal;
}

async function ended(signal: AbortSignal): Promise<never> {
  await once(signal, 'abort');
  if (signal.reason instanceof DemoError) throw signal.reason;
  throw new DemoError(`The drill is not over after ${showSeconds(longestMs)}: clients or matches hang.`);
}
