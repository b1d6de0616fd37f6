import { createKeyRing } from '../../src/auth/key-ring.ts';
import { createMac } from '../../src/auth/mac.ts';
import { loadConfig } from '../../src/config.ts';
import type { Limits } from '../../src/http/limits.ts';
import { createLimits, type LimitsOptions } from '../../src/limits/limits.ts';
import { authSecret } from '../support/server.ts';

const { keys } = loadConfig({ AUTH_KEYS: `test:${authSecret}` }).auth;
const mac = createMac(createKeyRing(keys!), 'limits');

export type Rates = Partial<LimitsOptions['rates']>;

/** Without limits but those of `rates`. */
export function makeLimits(rates: Rates, more: Partial<LimitsOptions> = {}): Limits {
  const none = { perAddress: 0, perAccount: 0, strict: 0, socketsPerAddress: 0 };
  return createLimits({ rates: { ...none, ...rates }, redis: null, mac, ...more });
}

/** How many of so many were let through. */
export async function passed(times: number, ask: (i: number) => Promise<void>): Promise<number> {
  let count = 0;
  for (let i = 0; i < times; i++) if ((await refusal(ask(i))) === null) count++;
  return count;
}

export function refusal(asked: Promise<void>): Promise<unknown> {
  return asked.then(
    () => null,
    (error: unknown) => error,
  );
}
