/** `npm run doctor`: whether this machine and its configuration are fit for a server, and what to do where they are not. */
import { dirname } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { type Config, loadConfig } from '../src/config.ts';
import type { Finding, Level } from './doctor/check.ts';
import { checks } from './doctor/checks.ts';
import { examine } from './doctor/examine.ts';

const usage = `Usage: npm run doctor [-- --json]

Looks at all that the server needs, as the environment configures it: Node, packages, port, data folder, database, Redis,
NATS, clocks, limits of the machine, secrets. Each line says how something stands, and what to do about it.
It exits with 1 where something fails, else with 0. Secrets are not shown.

  --json   one JSON object: {"ok": …, "findings": [{"level", "what", "value", "todo"}]}`;

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

try {
  await run();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return console.log(usage);
  const root = dirname(import.meta.dirname);
  const findings = await examine(checks, { config: configOf(), env: process.env, root });
  const isWell = findings.every(({ level }) => level !== 'fail');
  const text = values.json ? JSON.stringify({ ok: isWell, findings }, null, 2) : shown(findings);
  // what did not answer in time may still be waited for: not by us
  process.stdout.write(`${text}\n`, () => process.exit(isWell ? 0 : 1));
}

/** Null where it is not valid: a check says why. */
function configOf(): Config | null {
  try {
    return loadConfig();
  } catch {
    return null;
  }
}

function shown(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length;
  return [
    ...findings.map((finding) => lineOf(finding, width)),
    `${count('ok')} well, ${count('warn')} to look at, ${count('fail')} to mend`,
  ].join('\n');
}

function lineOf({ level, what, value, todo }: Finding, width: number): string {
  const mark = styleText(colours[level], level.padEnd(4));
  return `${mark}  ${what.padEnd(width)}  ${value}${todo === undefined ? '' : `  → ${todo}`}`;
}
