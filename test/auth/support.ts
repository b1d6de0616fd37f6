import { createSecretKey } from 'node:crypto';
import type { SigningKey } from '../../src/config-variables.ts';
import type { Principal } from '../../src/auth/principal.ts';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import { createTokens, type Tokens } from '../../src/auth/tokens.ts';

/** A moment in November 2026, in whole seconds. */
export const epoch = 1_795_000_000;

export const alice: Principal = {
  accountId: 'alice',
  tenantId: 'acme',
  name: 'Alice ♠',
  roles: ['admin'],
  permission: 'play',
};

export function key(kid: string, secret = `${kid}-secret-that-is-32-characters-long`): SigningKey {
  return { kid, secret: createSecretKey(secret, 'utf8') };
}

/** Tokens whose clock stands at `epoch` + `seconds`. */
export function tokensAt(seconds: number, keys: readonly SigningKey[] = [key('k1')]): Tokens {
  return createTokens({
    keys: createKeyRing(keys),
    issuer: 'gamekeeper',
    audience: 'gamekeeper',
    leewaySeconds: 5,
    now: () => (epoch + seconds) * 1000,
  });
}
