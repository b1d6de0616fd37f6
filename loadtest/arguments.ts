/** The command line as one checked object. */
import { parseArgs } from 'node:util';
import { parseOrExplain, wholeNumber } from '../demo/arguments.ts';
import { DemoError } from '../demo/demo-error.ts';

export interface ServerChoice {
  /** Null: a server of our own. */
  readonly url: string | null;
  /** AUTH_KEYS of the server at `url`; null: it is asked for tokens. */
  readonly keys: string | null;
  readonly isOwned: boolean;
  /** PostgreSQL for a server of our own; null: the embedded one. */
  readonly database: string | null;
}

/** Stock SDK clients, on @colyseus/loadtest. */
export interface ScenarioPlan {
  readonly kind: 'scenario';
  readonly server: ServerChoice;
  readonly clients: number;
  readonly thinkMs: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly isPlain: boolean;
}

/** Light clients by an open-loop schedule. */
export interface OpenLoopPlan {
  readonly kind: 'open loop';
  readonly server: ServerChoice;
  readonly sockets: number;
  /** Moves a second, over all tables. */
  readonly rate: number;
  readonly rampSeconds: number;
  readonly churn: number;
  readonly churnKind: 'return' | 'replace';
  readonly seconds: number;
  readonly rounds: number;
  /** Milliseconds that the p99 of moves must stay below; null: it is only told. */
  readonly p99: number | null;
  readonly workers: number;
  readonly watchers: number;
  readonly json: string | null;
}

export type Plan = ScenarioPlan | OpenLoopPlan;

const options = {
  clients: { type: 'string' },
  think: { type: 'string', default: '3000' },
  plain: { type: 'boolean', default: false },
  sockets: { type: 'string' },
  rate: { type: 'string' },
  ramp: { type: 'string', default: '10' },
  churn: { type: 'string', default: '0' },
  'churn-kind': { type: 'string', default: 'return' },
  p99: { type: 'string' },
  workers: { type: 'string', default: '1' },
  watchers: { type: 'string', default: '0' },
  json: { type: 'string' },
  seconds: { type: 'string', default: '60' },
  rounds: { type: 'string', default: '26' },
  url: { type: 'string' },
  'auth-key': { type: 'string' },
  'i-own-this-server': { type: 'boolean', default: false },
  database: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof read>['values'];

const read = (args: readonly string[]) => parseArgs({ args: [...args], allowPositionals: true, options });

/** What to do; null: to show the help. Throws DemoError, whose message is one line. */
export function planOf(args: readonly string[]): Plan | null {
  const { values, positionals } = parseOrExplain(() => read(args));
  if (values.help) return null;
  const [game, ...more] = positionals;
  if (game !== 'whist' || more.length > 0)
    throw new DemoError(`say what is to be played: whist, not ${JSON.stringify(positionals.join(' '))}`);
  if ((values.clients === undefined) === (values.sockets === undefined))
    throw new DemoError('give either --clients (stock SDK) or --sockets (open loop). See --help');
  return values.clients === undefined ? openLoop(values) : scenario(values);
}

function scenario(values: Values): ScenarioPlan {
  return {
    kind: 'scenario',
    server: serverOf(values),
    clients: wholeNumber('clients', values.clients!, 1, 2_000),
    thinkMs: wholeNumber('think', values.think, 0, 600_000),
    seconds: wholeNumber('seconds', values.seconds, 1, 3_600),
    rounds: wholeNumber('rounds', values.rounds, 1, 26),
    isPlain: values.plain,
  };
}

function openLoop(values: Values): OpenLoopPlan {
  const sockets = wholeNumber('sockets', values.sockets!, 4, 20_000);
  if (sockets % 4 > 0) throw new DemoError(`--sockets must be a multiple of 4, for tables of four`);
  const workers = wholeNumber('workers', values.workers, 1, 16);
  const kind = values['churn-kind'];
  if (kind !== 'return' && kind !== 'replace')
    throw new DemoError(`--churn-kind must be return or replace, not ${kind}`);
  return {
    kind: 'open loop',
    server: serverOf(values),
    sockets,
    rate: number('rate', values.rate ?? `${Math.ceil(sockets / 12)}`, 0, 100_000),
    rampSeconds: wholeNumber('ramp', values.ramp, 1, 3_600),
    churn: number('churn', values.churn, 0, 1),
    churnKind: kind,
    seconds: wholeNumber('seconds', values.seconds, 1, 3_600),
    rounds: wholeNumber('rounds', values.rounds, 1, 26),
    p99: values.p99 === undefined ? null : number('p99', values.p99, 0.1, 60_000),
    workers: Math.min(workers, sockets / 4),
    watchers: wholeNumber('watchers', values.watchers, 0, 100),
    json: values.json ?? null,
  };
}

function serverOf({ url, 'auth-key': keys, 'i-own-this-server': isOwned, database }: Values): ServerChoice {
  if (url !== undefined && database !== undefined)
    throw new DemoError('--database is for a server of our own: leave --url out');
  if (keys !== undefined && url === undefined)
    throw new DemoError('--auth-key is that of the server at --url: give it too');
  if (keys !== undefined && !/^[A-Za-z0-9_.-]{1,32}:[^,]{32,}$/.test(keys))
    throw new DemoError('--auth-key must be kid:secret, as in AUTH_KEYS of the server');
  return { url: url ?? null, keys: keys ?? null, isOwned, database: database ?? null };
}

function number(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,6}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new DemoError(`--${option} must be a number from ${least} to ${most}, not ${text}`);
}
