/** How often one address or account may ask, in this process, or with Redis in all of them. Rules with ids in SPEC.md. */
import type { Redis } from 'ioredis';
import type { Mac } from '../auth/mac.ts';
import type { Config } from '../config.ts';
import { ApiError } from '../http/errors.ts';
import type { Limits } from '../http/limits.ts';
import type { LimitClass } from '../http/route.ts';
import { Counter, type Taken } from './counter.ts';
import { networkOf } from './network.ts';
import { createProofs } from './proofs.ts';
import { ShutOut } from './shut-out.ts';
import { Sockets } from './sockets.ts';

export interface LimitsOptions {
  /** Points a minute, and sockets at a time; 0: no limit. */
  readonly rates: Config['limits'];
  /** Answers or fails within moments. Null: this process counts alone. */
  readonly redis: Redis | null;
  /** Of a purpose of its own: keys in Redis are proofs by it. */
  readonly mac: Mac;
  /** Stands before all keys in Redis. */
  readonly prefix?: string;
}

/** Files of a page come by the dozen. */
const pagesFactor = 5;
const leastDials = 100;

export function createLimits(options: LimitsOptions): Limits {
  return new CountedLimits(options);
}

class CountedLimits implements Limits {
  readonly #pages: Counter | null;
  readonly #usual: Counter | null;
  readonly #strict: Counter | null;
  readonly #accounts: Counter | null;
  readonly #failed: Counter | null;
  readonly #shutOut = new ShutOut();
  readonly #sockets: Sockets;
  readonly #dials: Sockets;

  constructor({ rates, redis, mac, prefix = 'gamekeeper:limit:' }: LimitsOptions) {
    const proofOf = createProofs(mac);
    const counter = (name: string, points: number): Counter | null =>
      points > 0 ? new Counter({ name, points, redis, proofOf, prefix }) : null;
    this.#pages = counter('pages', rates.perAddress * pagesFactor);
    this.#usual = counter('address', rates.perAddress);
    this.#strict = counter('strict', rates.strict);
    this.#accounts = counter('account', rates.perAccount);
    this.#failed = counter('failed', rates.strict);
    this.#sockets = new Sockets(rates.socketsPerAddress);
    this.#dials = new Sockets(mostDials(rates.socketsPerAddress));
  }

  async address(address: string, limit: LimitClass): Promise<void> {
    if (limit === 'free') return;
    const who = networkOf(address);
    const msLeft = this.#shutOut.msLeft(who);
    if (msLeft > 0) throw tooManyTokens(msLeft);
    await take(limit === 'pages' ? this.#pages : this.#usual, who);
    if (limit === 'strict') await take(this.#strict, who);
  }

  async account(tenantId: string, accountId: string, limit: LimitClass): Promise<void> {
    if (limit === 'free' || limit === 'pages') return;
    await take(this.#accounts, JSON.stringify([tenantId, accountId]));
  }

  async failed(address: string): Promise<void> {
    if (!this.#failed) return;
    const who = networkOf(address);
    const { isSpent, msLeft } = await this.#failed.take(who);
    if (!isSpent || this.#shutOut.msLeft(who) > 0) return;
    this.#shutOut.add(who, msLeft);
    // so that the other processes refuse it too
    await Promise.all([this.#usual?.block(who, msLeft), this.#pages?.block(who, msLeft)]);
  }

  takeSocket(address: string): (() => void) | null {
    return this.#sockets.take(address);
  }

  takeDial(address: string): (() => void) | null {
    return this.#dials.take(address);
  }
}

/** Other processes of the house hand sockets on by the dozen: few sockets for strangers are no reason to cut those. */
const mostDials = (sockets: number): number => (sockets === 0 ? 0 : Math.max(sockets, leastDials));

async function take(counter: Counter | null, who: string): Promise<void> {
  if (!counter) return;
  const taken = await counter.take(who);
  if (!taken.isAllowed) throw tooMany(taken);
}

function tooMany({ msLeft }: Taken): ApiError {
  return refused('These were too many requests: wait, and try again.', msLeft);
}

function tooManyTokens(msLeft: number): ApiError {
  return refused('Too many tokens from here were not valid: wait, and send one that is.', msLeft);
}

function refused(message: string, msLeft: number): ApiError {
  return new ApiError(429, 'http/too_many', message, Math.max(1, Math.ceil(msLeft / 1000)));
}
