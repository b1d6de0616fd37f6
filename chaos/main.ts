/** npm run chaos: everything goes wrong under play, and nothing may be lost. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { parseOrExplain, wholeNumber } from '../demo/arguments.ts';
import { runCommand } from '../demo/demo-error.ts';
import { muteSdk } from '../demo/guest.ts';
import { showFault, showReport, isClean } from './report.ts';
import { run } from './run.ts';

const usage = `Usage: npm run chaos [-- --minutes 2] [--seed n] [--tables 6] [--json file] [--output file]

Starts three processes with a Redis, PostgreSQL and NATS of their own, lets SDK clients play whist and Tetris on them, and
makes them fail by a plan: processes are killed, stopped and drained, servers restarted, hung and emptied, the network is
slow, cut, or open on one side only. In the end no acknowledged move may be lost or applied twice, and every match must be
whole. The exit code is 1 where anything is not. The same seed gives the same plan.

  --minutes   for how long things go wrong; seconds as 0.5
  --tables    tables of each game that play at once
  --json      the report as JSON, into this file
  --output    what the processes wrote, into this file`;

await runCommand(async () => {
  const { values } = parseOrExplain(() =>
    parseArgs({
      options: {
        minutes: { type: 'string', default: '2' },
        seed: { type: 'string' },
        tables: { type: 'string', default: '6' },
        json: { type: 'string' },
        output: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  if (values.help) return console.log(usage);
  await chaos(values);
});

async function chaos(values: {
  minutes: string;
  tables: string;
  seed?: string;
  json?: string;
  output?: string;
}): Promise<void> {
  const seconds = wholeNumber('minutes', `${Math.round(Number(values.minutes) * 60)}`, 10, 24 * 3_600);
  const seed = wholeNumber('seed', values.seed ?? `${Date.now() % 1_000_000}`, 0, 999_999_999);
  const tables = wholeNumber('tables', values.tables, 1, 100);
  // what was opened is closed by an exit in order: see Service and ServerProcess
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
  muteSdk();
  console.warn = () => {};
  const report = await run({
    seed,
    tables,
    durationMs: seconds * 1_000,
    injected: (fault) => console.log(showFault(fault)),
    say: (line) => console.log(line),
  });
  console.log(showReport(report));
  const { output, ...rest } = report;
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rest, null, 2)}\n`);
  if (values.output !== undefined) await writeFile(values.output, `${output.join('\n')}\n`);
  if (!isClean(report)) process.exit(1);
}
