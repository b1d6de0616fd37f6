/** Signed tokens: JSON Web Tokens (RFC 7519), HMAC-SHA256, of one issuer for one audience. Rules with ids in SPEC.md. */
import jwt from 'jsonwebtoken';
import { AuthError, type AuthCode } from './auth-error.ts';
import { claimsOf, principalOf, readClaims } from './claims.ts';
import type { KeyRing } from './key-ring.ts';
import type { Principal } from './principal.ts';

export interface TokenOptions {
  readonly keys: KeyRing;
  readonly issuer: string;
  readonly audience: string;
  /** How far the clocks of issuer and server may disagree. */
  readonly leewaySeconds: number;
  /** Wall time in milliseconds. */
  readonly now: () => number;
}

export interface Tokens {
  /** A token for `principal` that lives `ttlSeconds`; `expiresAt` is in milliseconds since 1970. */
  sign(principal: Principal, ttlSeconds: number): { readonly token: string; readonly expiresAt: number };
  /** Who `token` speaks for; still `graceSeconds` after its expiry. Throws AuthError. */
  verify(token: string | null | undefined, options?: { readonly graceSeconds?: number }): Principal;
}

const longestToken = 4096;

/** How the errors of jsonwebtoken are told apart: it has classes for time, and only texts for the rest. */
const codes: readonly [start: string, code: AuthCode][] = [
  ['jwt not active', 'auth/not_yet_valid'],
  ['jwt audience', 'auth/wrong_audience'],
  ['jwt issuer', 'auth/wrong_issuer'],
  ['invalid nbf', 'auth/bad_claims'],
];

export function createTokens({ keys, issuer, audience, leewaySeconds, now }: TokenOptions): Tokens {
  const seconds = () => Math.floor(now() / 1000);

  function verified(token: string): unknown {
    const { kid } = readHeader(token);
    const key = keys.all.find((candidate) => candidate.kid === kid);
    if (key === undefined) throw new AuthError('auth/unknown_key');
    try {
      // Expiry is checked below: the grace must not move nbf, and a token without exp must not live for ever.
      return jwt.verify(token, key.secret, {
        algorithms: ['HS256'],
        issuer,
        audience,
        clockTimestamp: seconds(),
        clockTolerance: leewaySeconds,
        ignoreExpiration: true,
      });
    } catch (error) {
      throw asAuthError(error);
    }
  }

  return {
    sign(principal, ttlSeconds) {
      const iat = seconds();
      const exp = iat + ttlSeconds;
      const { current } = keys;
      const payload = { ...claimsOf(principal), iat, exp };
      const options = { algorithm: 'HS256', keyid: current.kid, issuer, audience } as const;
      return { token: jwt.sign(payload, current.secret, options), expiresAt: exp * 1000 };
    },
    verify(token, { graceSeconds = 0 } = {}) {
      if (!token) throw new AuthError('auth/missing');
      const claims = readClaims(verified(token));
      if ('problem' in claims) throw new AuthError('auth/bad_claims', claims.problem);
      if (seconds() >= claims.exp + leewaySeconds + graceSeconds) throw new AuthError('auth/expired');
      return principalOf(claims);
    },
  };
}

function readHeader(token: string): jwt.JwtHeader {
  const decoded = token.length > longestToken ? null : decode(token);
  if (decoded === null) throw new AuthError('auth/malformed');
  return decoded.header;
}

function decode(token: string): jwt.Jwt | null {
  try {
    return jwt.decode(token, { complete: true });
  } catch {
    return null;
  }
}

function asAuthError(error: unknown): AuthError {
  const text = error instanceof Error ? error.message : '';
  const code = codes.find(([start]) => text.startsWith(start))?.[1] ?? 'auth/bad_signature';
  return code === 'auth/bad_claims' ? new AuthError(code, 'nbf: must be a number') : new AuthError(code);
}
