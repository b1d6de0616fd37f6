/** What a check is: it looks at one thing, and says how it stands and what to do about it. */
import type { Config, Environment } from '../../src/config.ts';

export type Level = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly level: Level;
  /** One or two words, such as `open files`. */
  readonly what: string;
  /** How it stands, in a few words; nothing secret. */
  readonly value: string;
  /** What to do, where something is to be done. */
  readonly todo?: string;
}

export interface Surroundings {
  /** Null: it is not valid, which a check of its own says. */
  readonly config: Config | null;
  readonly env: Environment;
  /** The folder of the project. */
  readonly root: string;
}

/** With a valid configuration. */
export interface Configured extends Surroundings {
  readonly config: Config;
}

/** What it throws is a failure of what it looked at. */
export interface Check<S extends Surroundings = Surroundings> {
  readonly what: string;
  /** No findings: there is nothing to look at. */
  look(surroundings: S): Promise<readonly Finding[]> | readonly Finding[];
}

/** A check that has nothing to look at where the configuration is not valid. */
export function configured({ what, look }: Check<Configured>): Check {
  return { what, look: ({ config, ...rest }) => (config === null ? [] : look({ ...rest, config })) };
}

/** Findings of one subject: `finding.ok('12 MB')`. */
export function subject(what: string) {
  const of =
    (level: Level) =>
    (value: string, todo?: string): Finding => ({ level, what, value, ...(todo !== undefined && { todo }) });
  return { ok: of('ok'), warn: of('warn'), fail: of('fail') };
}

/** The middle one of five times that `ask` takes, in milliseconds. */
export async function latencyOf(ask: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[2]!;
}

/** How far another clock is ahead of ours, in milliseconds: `read` asks for its time, which it tells at half of the way. */
export async function offsetOf(read: () => Promise<number>): Promise<number> {
  const began = Date.now();
  const theirs = await read();
  return theirs - (began + Date.now()) / 2;
}

const mostOffsetMs = 1_000;

export function clockFinding(what: string, offset: number): Finding {
  const { ok, warn } = subject(what);
  const shown = `${Math.abs(Math.round(offset))} ms ${offset < 0 ? 'behind' : 'ahead of'} ours`;
  if (Math.abs(offset) <= mostOffsetMs) return ok(shown);
  return warn(shown, 'let both machines keep time by NTP: deadlines, tokens and leases compare their clocks');
}

const mostLatencyMs = 20;

export function latencyFinding(what: string, ms: number): Finding {
  const { ok, warn } = subject(what);
  const shown = `${ms.toFixed(1)} ms`;
  if (ms <= mostLatencyMs) return ok(shown);
  return warn(shown, 'bring it nearer to the server: each move waits for it');
}
