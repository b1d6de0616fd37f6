/** What a person runs before a commit: npm run check. One line each; the output of what fails. */
import { spawnSync } from 'node:child_process';

const checks: readonly [name: string, ...command: [string, ...string[]]][] = [
  ['format', 'oxfmt', '--check'],
  ['lint', 'oxlint', '--deny-warnings'],
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['types of web', 'tsc', '--noEmit', '-p', 'web'],
  ['spec ids', process.execPath, 'scripts/spec-ids.ts'],
];

let failed = 0;
for (const [name, program, ...args] of checks) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed++;
  console.log(`${stdout ?? ''}${stderr ?? ''}`);
}
process.exitCode = failed === 0 ? 0 : 1;
