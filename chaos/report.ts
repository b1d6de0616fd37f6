/** What a run found, as a table for people, and as JSON. */
import type { Audited } from './audit.ts';
import type { Injected } from './inject.ts';

export interface Report extends Audited {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly Injected[];
  readonly matches: number;
  readonly clients: number;
  readonly resent: number;
  readonly returns: number;
  /** Clients whose SDK gave up, and matches that never ended. */
  readonly gone: readonly string[];
  /** Errors that nobody handled, in the output of the processes; processes that ended by themselves. */
  readonly unhandled: readonly string[];
  /** What the processes logged, by how often. */
  readonly logged: Readonly<Record<string, number>>;
  /** All that they wrote. */
  readonly output: readonly string[];
}

/** Each line of the verdict: what must be empty. */
export function judge({ findings, gone, unhandled }: Report): [what: string, found: readonly string[]][] {
  return [
    ['acknowledged moves lost', findings.lost],
    ['commands applied twice', findings.twice],
    ['matches forked', findings.forked],
    ['final states that differ', findings.states],
    ['matches not once in history, or other than played', findings.history],
    ['matches with missing or other moments', findings.moments],
    ['matches not whole in the stream', findings.stream],
    ['matches that are over and still in the store', findings.leftovers],
    ['clients that never came back', gone],
    ['unhandled errors', unhandled],
  ];
}

export const isClean = (report: Report): boolean => judge(report).every(([, found]) => found.length === 0);

export function showReport(report: Report): string {
  const { seed, seconds, faults, matches, clients, acknowledged, refused, entries, takeovers } = report;
  const kinds = Object.entries(Object.groupBy(faults, ({ kind }) => kind));
  const lines = [
    '',
    `seed ${seed}: ${faults.length} faults in ${seconds} s`,
    `  ${kinds.map(([kind, list]) => `${list.length} × ${kind}`).join(', ')}`,
    `  ${matches} matches, ${clients} clients, ${entries} entries, ${acknowledged} commands acknowledged, ${refused} refused`,
    `  ${takeovers} takeovers, ${report.returns} returns, ${report.resent} commands sent again, ` +
      `${report.inputsLost} key presses of Tetris lost with their process, ${report.momentsFound} moments`,
    '',
    ...judge(report).flatMap(([what, found]) => [
      `  ${`${found.length}`.padStart(5)}  ${what}`,
      ...found.slice(0, 5).map((one) => `           ${one}`),
    ]),
    '',
  ];
  return lines.join('\n');
}

export function showFault({ number, kind, target, at, began, healed, outcome }: Injected): string {
  const time = (ms: number): string => `${(ms / 1000).toFixed(1)} s`.padStart(8);
  return `  fault ${`${number}`.padStart(3)}  planned ${time(at)}  began ${time(began)}  healed ${time(healed)}  ${`${kind}, ${target}`.padEnd(32)} ${outcome}`;
}
