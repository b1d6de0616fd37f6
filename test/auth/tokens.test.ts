import { createHmac, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { describe, expect, test } from 'vitest';
import { AuthError } from '../../src/auth/auth-error.ts';
import { alice, epoch, key, tokensAt } from './support.ts';

const claims = {
  iss: 'gamekeeper',
  aud: 'gamekeeper',
  sub: 'alice',
  tenantId: 'acme',
  name: 'Alice',
  roles: [],
  perm: 'play',
  iat: epoch,
  exp: epoch + 60,
};

const secret = key('k1').secret;

/** A token as a stranger would put it together: any header, any payload text, any key. */
function forge(header: object, payload: string, by: Parameters<typeof createHmac>[1] = secret): string {
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const body = `${encode(JSON.stringify(header))}.${encode(payload)}`;
  return `${body}.${createHmac('sha256', by).update(body).digest('base64url')}`;
}

const signed = (changes: object) =>
  forge({ alg: 'HS256', typ: 'JWT', kid: 'k1' }, JSON.stringify({ ...claims, ...changes }));

function refusal(token: string | null | undefined, seconds = 0, graceSeconds = 0): AuthError {
  try {
    tokensAt(seconds).verify(token, { graceSeconds });
  } catch (error) {
    if (error instanceof AuthError) return error;
    throw error;
  }
  throw new Error('the token was accepted');
}

/** The code of the refusal, or `accepted`. Any other error goes through. */
function outcomeOf(token: string): string {
  try {
    return tokensAt(0).verify(token) && 'accepted';
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}

const codeOf = (token: string, seconds?: number, grace?: number) => refusal(token, seconds, grace).code;

describe('a token of ours', () => {
  test('[AU1] says who it speaks for, and when it expires', () => {
    const { token, expiresAt } = tokensAt(0).sign(alice, 60);
    expect(expiresAt).toBe((epoch + 60) * 1000);
    expect(tokensAt(30).verify(token)).toEqual(alice);
  });

  test('[AU1] any principal that may have a token comes back the same', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,64}$/);
    const principal = fc.record(
      {
        accountId: id,
        tenantId: id,
        name: fc.string({ unit: 'grapheme', maxLength: 12 }).filter((name) => /^\P{Cc}{0,64}$/u.test(name)),
        roles: fc.array(id, { maxLength: 16 }),
        matchId: fc.uuid(),
        permission: fc.constantFrom('play' as const, 'watch' as const),
      },
      { requiredKeys: ['accountId', 'tenantId', 'name', 'roles', 'permission'] },
    );
    fc.assert(
      fc.property(principal, (who) => {
        expect(tokensAt(0).verify(tokensAt(0).sign(who, 60).token)).toEqual(who);
      }),
    );
  });

  test('[AU2] verifies under its key for as long as the ring has it', () => {
    const old = tokensAt(0, [key('k1')]).sign(alice, 60).token;
    const rotated = tokensAt(0, [key('k2'), key('k1')]);
    expect(rotated.verify(old)).toEqual(alice);
    expect(jwt.decode(rotated.sign(alice, 60).token, { complete: true })!.header.kid).toBe('k2');
    expect(() => tokensAt(0, [key('k2')]).verify(old)).toThrow(
      expect.objectContaining({ code: 'auth/unknown_key' }),
    );
  });
});

describe('a token that is not ours', () => {
  test('[AU2] names no key, or one that is not known', () => {
    expect(codeOf(forge({ alg: 'HS256' }, JSON.stringify(claims)))).toBe('auth/unknown_key');
    expect(codeOf(forge({ alg: 'HS256', kid: 'k9' }, JSON.stringify(claims)))).toBe('auth/unknown_key');
    expect(codeOf(forge({ alg: 'HS256', kid: ['k1'] }, JSON.stringify(claims)))).toBe('auth/unknown_key');
  });

  test('[AU3] is signed by a foreign key', () => {
    expect(codeOf(forge({ alg: 'HS256', kid: 'k1' }, JSON.stringify(claims), 'another'))).toBe(
      'auth/bad_signature',
    );
  });

  test('[AU3] is not signed at all (alg none), with and without a signature', () => {
    const none = forge({ alg: 'none', kid: 'k1' }, JSON.stringify(claims));
    expect(codeOf(none)).toBe('auth/bad_signature');
    expect(codeOf(none.replace(/[^.]+$/, ''))).toBe('auth/bad_signature');
  });

  test('[AU3] is signed by another algorithm, even with our key', () => {
    const hs512 = jwt.sign(claims, secret, { algorithm: 'HS512', keyid: 'k1' });
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rs256 = jwt.sign(claims, privateKey, { algorithm: 'RS256', keyid: 'k1' });
    expect([codeOf(hs512), codeOf(rs256)]).toEqual(['auth/bad_signature', 'auth/bad_signature']);
  });

  test('[AU3] was changed: any bit of its payload or signature', () => {
    const { token } = tokensAt(0).sign(alice, 60);
    const [header, ...rest] = token.split('.');
    const tail = rest.join('.');
    fc.assert(
      fc.property(fc.nat(tail.length - 1), fc.integer({ min: 0, max: 5 }), (at, bit) => {
        const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
        const changed = alphabet[alphabet.indexOf(tail[at]!) ^ (1 << bit)] ?? '';
        // The last character of a part holds bits that decode to nothing: a change there may be no change.
        fc.pre(tail[at] !== '.' && tail[at + 1] !== '.' && at < tail.length - 1);
        expect(() =>
          tokensAt(0).verify(`${header}.${tail.slice(0, at)}${changed}${tail.slice(at + 1)}`),
        ).toThrow(AuthError);
      }),
    );
  });

  test('[AU4] has another issuer or audience, or none', () => {
    expect(codeOf(signed({ iss: 'elsewhere' }))).toBe('auth/wrong_issuer');
    expect(codeOf(signed({ iss: undefined }))).toBe('auth/wrong_issuer');
    expect(codeOf(signed({ aud: 'another' }))).toBe('auth/wrong_audience');
    expect(codeOf(signed({ aud: undefined }))).toBe('auth/wrong_audience');
    expect(tokensAt(0).verify(signed({ aud: ['another', 'gamekeeper'] })).accountId).toBe('alice');
  });
});

describe('time', () => {
  test('[AU5] a token lives until exp plus the leeway, to the second', () => {
    const { token } = tokensAt(0).sign(alice, 60);
    expect(tokensAt(64).verify(token)).toEqual(alice);
    expect(codeOf(token, 65)).toBe('auth/expired');
  });

  test('[AU5] a token is not valid before nbf minus the leeway', () => {
    const token = signed({ nbf: epoch + 20 });
    expect(codeOf(token, 14)).toBe('auth/not_yet_valid');
    expect(tokensAt(15).verify(token).accountId).toBe('alice');
  });

  test('[AU6] the grace moves exp, and nothing else', () => {
    const { token } = tokensAt(0).sign(alice, 60);
    expect(tokensAt(164).verify(token, { graceSeconds: 100 })).toEqual(alice);
    expect(codeOf(token, 165, 100)).toBe('auth/expired');
    expect(codeOf(signed({ nbf: epoch + 20 }), 0, 100)).toBe('auth/not_yet_valid');
    expect(codeOf(signed({ iss: 'elsewhere' }), 70, 100)).toBe('auth/wrong_issuer');
  });
});

describe('claims', () => {
  test.each([
    [{ sub: undefined }, 'sub'],
    [{ sub: '' }, 'sub'],
    [{ sub: 'a b' }, 'sub'],
    [{ sub: 'x'.repeat(65) }, 'sub'],
    [{ sub: 7 }, 'sub'],
    [{ tenantId: 'a/b' }, 'tenantId'],
    [{ tenantId: null }, 'tenantId'],
    [{ name: 'x'.repeat(65) }, 'name'],
    [{ name: 'bell\u0007' }, 'name'],
    [{ roles: Array.from({ length: 17 }, () => 'r') }, 'roles'],
    [{ roles: 'admin' }, 'roles'],
    [{ match: 'not-a-uuid' }, 'match'],
    [{ perm: 'own' }, 'perm'],
    [{ perm: undefined }, 'perm'],
    [{ exp: undefined }, 'exp'],
    [{ exp: Number.NaN }, 'exp'],
    [{ exp: 2 ** 53 }, 'exp'],
    [{ exp: 1e300 }, 'exp'],
    [{ exp: String(epoch) }, 'exp'],
    [{ exp: epoch + 0.5 }, 'exp'],
    [{ iat: {} }, 'iat'],
    [{ nbf: 'now' }, 'nbf'],
  ])('[AU7] %j are refused', (changes, claim) => {
    const { code, message } = refusal(signed(changes));
    expect([code, message]).toEqual(['auth/bad_claims', expect.stringContaining(`not valid: ${claim}`)]);
  });
});

describe('what is no token', () => {
  test('[AU8] nothing at all', () => {
    for (const nothing of [undefined, null, '']) expect(refusal(nothing).code).toBe('auth/missing');
  });

  test.each([
    ['text', 'hello'],
    ['two parts', 'a.b'],
    ['four parts', 'a.b.c.d'],
    ['no JSON', forge({ alg: 'HS256', kid: 'k1' }, '{').replace(/^[^.]+/, 'ew')],
    ['a header of null', `${Buffer.from('null').toString('base64url')}.e30.c2ln`],
    ['a huge one', signed({ name: 'x'.repeat(4096) })],
    ['20 MB', 'x'.repeat(20_000_000)],
    ['NaN in the payload', forge({ alg: 'HS256', typ: 'JWT', kid: 'k1' }, '{"exp":NaN}')],
  ])('[AU8] %s', (_, token) => {
    expect(refusal(token).code).toBe('auth/malformed');
  });

  test('[AU9] no error holds the token or what is in it', () => {
    const tokens = [
      'hello-secret',
      signed({ sub: 'hidden name' }),
      signed({ iss: 'hidden' }),
      signed({ match: 'hidden' }),
    ];
    for (const token of tokens) {
      const { message, stack } = refusal(token);
      expect(`${message}${stack}`).not.toMatch(/hidden|hello/);
      expect(`${message}${stack}`).not.toContain(token);
    }
  });

  test('[AU10] garbage, and signed garbage, are an AuthError and nothing else', () => {
    const seen: Record<string, number> = {};
    const part = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    const garbage = fc.oneof(
      fc.string(),
      fc.tuple(part, part, part).map((parts) => parts.join('.')),
      fc.json().map((payload) => forge({ alg: 'HS256', kid: 'k1' }, payload)),
      fc.json().map((payload) => forge({ alg: 'HS256', typ: 'JWT', kid: 'k1' }, payload)),
      fc.dictionary(fc.constantFrom(...Object.keys(claims)), fc.jsonValue(), { minKeys: 1 }).map(signed),
    );
    fc.assert(
      fc.property(garbage, (token) => {
        const outcome = outcomeOf(token);
        seen[outcome] = (seen[outcome] ?? 0) + 1;
      }),
      { numRuns: 600 },
    );
    for (const code of ['auth/malformed', 'auth/wrong_issuer', 'auth/wrong_audience', 'auth/bad_claims']) {
      expect(seen[code], code).toBeGreaterThan(5);
    }
  });
});
