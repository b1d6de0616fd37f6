/**
 * `npm run history -- export | verify`: what history holds, for analysis, and whether it is as it was played.
 * A composition root of its own: it opens the database that the environment names, as the server does.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/config.ts';
import { type Database, openDatabase } from '../src/database/database.ts';
import { entities } from '../src/database/entities.ts';
import { migrate } from '../src/database/migrate.ts';
import { exportHistory } from './history/export.ts';
import { verifyHistory } from './history/verify.ts';

const help = `Usage: npm run history -- export [options]
       npm run history -- verify [options]

export   writes all finished matches as lines of JSON: of each a "match", then its "player", "event" and "moment" lines
verify   plays all finished matches again, marks what was found, prints those that were tampered with; then it exits with 1

Options
  --from, --to <date>      started at that time or later, and before that time: 2026-11-20 or 2026-11-20T08:30:00Z
  --game, --mode <name>    of this game, of this mode
  --player <account>       in which this account played
  --tournament <id>        of this tournament
  --moment <type>          that have such a moment
  --tenant <id>            of this tenant alone; of all without it
  --out <file>             export to a file, packed where its name ends with .gz; to the terminal without it

The database is the one of the server: DATABASE_URL, or the folder DATA_DIR.`;

const filters = ['from', 'to', 'game', 'mode', 'player', 'tournament', 'moment'] as const;
const text = { type: 'string' } as const;

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = fail(error);
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...(Object.fromEntries(filters.map((name) => [name, text])) as Record<
        (typeof filters)[number],
        typeof text
      >),
      tenant: text,
      out: text,
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, ...more] = positionals;
  const { help: isHelp, out, tenant, ...query } = values;
  if (isHelp) return say(help, 0);
  if ((command !== 'export' && command !== 'verify') || more.length > 0) return say(help, 2);
  if (command === 'verify' && out !== undefined) return say('verify writes no file: leave --out out', 2);
  const database = await open();
  try {
    const scan = { tenant, query };
    return await (command === 'export' ? exportHistory(database, scan, out) : verifyHistory(database, scan));
  } finally {
    await database.close();
  }
}

async function open(): Promise<Database> {
  const { database, dataDir } = loadConfig();
  const folder = join(dataDir, 'db');
  if (database.url === null && !existsSync(folder))
    throw Object.assign(new Error(`there is no data in ${folder}: set DATA_DIR, or DATABASE_URL`), {
      code: 'history/no_data',
    });
  const opened = await openDatabase({
    ...(database.url === null ? { dataDir: folder } : { url: database.url }),
    entities,
  });
  await migrate(opened).catch(async (error: unknown) => {
    await opened.close();
    throw error;
  });
  return opened;
}

function say(message: string, code: number): number {
  (code === 0 ? console.log : console.error)(message);
  return code;
}

/** What a person can mend is one line; anything else is a bug, and shown whole. */
function fail(error: unknown): number {
  const { code, message } = error as { code?: unknown; message?: string };
  const isKnown =
    typeof code === 'string' &&
    (/^[a-z]+\//.test(code) || code.startsWith('ERR_PARSE_ARGS') || /^E[A-Z]+$/.test(code));
  console.error(isKnown ? message : error);
  return 1;
}
