/** A load in words: a line each second, and all of it in the end. */
import type { Histogram } from './histogram.ts';
import { durations, type Tally } from './tally.ts';

const titles: Readonly<Record<(typeof durations)[number], string>> = {
  moves: 'a move, from when it was due until all four had seen it',
  joins: 'a join, from asking for a seat until the state was there',
  returns: 'a return, from the cut until the state was there again',
};

const shares = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p99.9', 0.999],
] as const;

/** `at`: seconds since the start. */
export function secondLine(at: number, all: Tally, sockets: number, isRamp: boolean): string {
  const { moves, joins, returns } = all;
  const parts = [
    `${at.toFixed(0).padStart(4)} s${isRamp ? ' ramp' : ''}`,
    `${whole(sockets)} sockets`,
    `${whole(joins.count)} joins/s`,
    `${whole(returns.count)} returns/s`,
    `${whole(moves.count + all.untimed)} moves/s`,
    `p50 ${ms(moves.percentile(0.5))} p99 ${ms(moves.percentile(0.99))} ms`,
    `${whole(all.errorCount)} errors`,
  ];
  return parts.join('  ');
}

export interface Summary {
  readonly seconds: number;
  /** Lowest and highest number of sockets that were connected in a second. */
  readonly sockets: readonly [least: number, most: number];
  readonly movesPerSecond: number;
  readonly matches: number;
  readonly untimed: number;
  readonly milliseconds: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly errors: Readonly<Record<string, number>>;
  /** Share of one core that each worker took. */
  readonly cpu: number;
}

/** `all`: what was counted after the ramp; `joins`: of the whole run. */
export function summaryOf(
  all: Tally,
  joins: Histogram,
  seconds: number,
  sockets: readonly [number, number],
  workers: number,
): Summary {
  const times = { moves: all.moves, joins, returns: all.returns };
  return {
    seconds,
    sockets,
    movesPerSecond: (all.moves.count + all.untimed) / seconds,
    matches: all.matches,
    untimed: all.untimed,
    milliseconds: Object.fromEntries(durations.map((name) => [name, percentiles(times[name])])),
    errors: { ...all.errors },
    cpu: all.cpu / 1e6 / seconds / workers,
  };
}

function percentiles(times: Histogram): Record<string, number> {
  const named = shares.map(([name, share]) => [name, times.percentile(share)] as const);
  return { count: times.count, ...Object.fromEntries(named), max: times.max };
}

export function summaryText(summary: Summary): string {
  const { seconds, sockets, movesPerSecond, matches, untimed, milliseconds, errors, cpu } = summary;
  const columns = ['p50', 'p90', 'p99', 'p99.9', 'max', 'count'];
  const rows = durations.map((name) => {
    const cells = columns.map((column) => {
      const value = milliseconds[name]![column]!;
      return (column === 'count' ? whole(value) : ms(value)).padStart(10);
    });
    return `  ${titles[name].padEnd(60)}${cells.join('')}`;
  });
  const failed = Object.entries(errors).map(([code, times]) => `${code} ${whole(times)}`);
  return [
    '',
    `${whole(seconds)} s after the ramp: ${whole(sockets[0])} to ${whole(sockets[1])} sockets, ${movesPerSecond.toFixed(1)} moves/s, ${whole(matches)} matches ended`,
    `  ${'milliseconds'.padEnd(60)}${columns.map((column) => column.padStart(10)).join('')}`,
    ...rows,
    `  not timed, because their player was cut by this load: ${whole(untimed)} moves`,
    `  errors: ${failed.length === 0 ? 'none' : failed.join(', ')}`,
    `  a worker of the load took ${(cpu * 100).toFixed(0)} % of a core${cpu > 0.85 ? ': it was the bottleneck; give it more with --workers' : ''}`,
  ].join('\n');
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));
