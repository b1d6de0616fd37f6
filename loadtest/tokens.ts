/** Tokens for the accounts of a load: minted here where the server's key is known, asked for elsewhere. */
import { randomUUID } from 'node:crypto';
import { PlayerError } from '../bench/client/player.ts';
import { createKeyRing } from '../src/auth/key-ring.ts';
import { createTokens } from '../src/auth/tokens.ts';
import { loadConfig } from '../src/config.ts';

const lifeSeconds = 7_200;

export interface Account {
  readonly accountId: string;
  readonly token: string;
}

/** Gives another account each time. `keys`: AUTH_KEYS of the server; null: it is asked, by POST /dev/token. */
export function accountSource(url: string, keys: string | null): () => Promise<Account> {
  return keys === null ? () => askFor(url) : mint(keys);
}

/** With the issuer and the audience of our environment, if any: they must be those of the server. */
function mint(keys: string): () => Promise<Account> {
  const { AUTH_ISSUER, AUTH_AUDIENCE } = process.env;
  const { auth } = loadConfig({ AUTH_KEYS: keys, AUTH_ISSUER, AUTH_AUDIENCE });
  const tokens = createTokens({ ...auth, keys: createKeyRing(auth.keys!), now: Date.now });
  return async () => {
    const accountId = `load-${randomUUID()}`;
    const principal = { accountId, tenantId: 'load', name: '', roles: [], permission: 'play' } as const;
    return { accountId, token: tokens.sign(principal, lifeSeconds).token };
  };
}

/** Rejects with PlayerError. */
async function askFor(url: string): Promise<Account> {
  const response = await fetch(`${url}/dev/token`, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tenantId: 'load' }),
  });
  if (response.ok) return (await response.json()) as Account;
  const { status } = response;
  throw new PlayerError(`http/${status}`, `POST /dev/token answers ${status}`, status);
}
