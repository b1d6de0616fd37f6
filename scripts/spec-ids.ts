/**
 * Rules and tests stay together: every id at the start of a line of a SPEC.md (`- [W7] …`, `| W7 | …`) has a test whose name
 * starts with it, and every id that a test's name starts with (`'[W7] …'`, `'[W7] [W8] …'`, `'[W7, W8] …'`) stands in a SPEC.md.
 */
import { globSync, readFileSync } from 'node:fs';

const id = '[A-Z]{1,4}\\d+[a-z]?';
const definition = new RegExp(`^(?:[^\\w\\n]*\\[|\\| *)(${id})(?:\\]| *\\|)`, 'gm');
const testName = new RegExp(`['"\`]((?:\\[${id}(?:, ?${id})*\\] ?)+)`, 'g');

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One line for each offender; none when all is well. */
export function findOffenders(specs: readonly SourceFile[], tests: readonly SourceFile[]): string[] {
  const defined = occurrences(specs, definition);
  const proved = occurrences(tests, testName);
  const problems: string[] = [];
  for (const [rule, paths] of defined) {
    if (paths.length > 1) problems.push(`[${rule}] stands ${paths.length} times: ${paths.join(', ')}`);
    if (!proved.has(rule)) problems.push(`[${rule}] of ${paths[0]} has no test`);
  }
  for (const [rule, paths] of proved) {
    if (!defined.has(rule)) problems.push(`[${rule}] in ${paths[0]} stands in no SPEC.md`);
  }
  return problems;
}

/** Each id with the paths where it was found, once for each time. */
function occurrences(files: readonly SourceFile[], pattern: RegExp): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, text } of files) {
    for (const [, group] of text.matchAll(pattern)) {
      for (const rule of group!.match(new RegExp(id, 'g'))!) {
        found.set(rule, [...(found.get(rule) ?? []), path]);
      }
    }
  }
  return found;
}

function read(pattern: string): SourceFile[] {
  const exclude = (path: string) => path.startsWith('node_modules');
  return globSync(pattern, { exclude }).map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}

if (import.meta.main) {
  const problems = findOffenders(
    read('{rooms,scripts,src,client,chaos,loadtest}/**/SPEC.md'),
    read('test/**/*.ts'),
  );
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
