/** Short proofs that a text came from us (reconnection tokens, cursors): HMAC-SHA256 under a key of their own purpose. */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { deriveKeys, type KeyRing } from './key-ring.ts';

export interface Mac {
  /** The proof of `text`: 43 characters of base64url. */
  sign(text: string): string;
  /** Whether `proof` is one of `text`, under the current key or a former one. Takes the same time for any wrong proof. */
  verify(text: string, proof: string): boolean;
}

export function createMac(keys: KeyRing, purpose: string): Mac {
  const derived = deriveKeys(keys, purpose);
  return {
    sign: (text) => hmac(derived.current.secret, text).toString('base64url'),
    verify(text, proof) {
      const given = Buffer.from(proof, 'base64url');
      return derived.all.some(({ secret }) => isEqual(hmac(secret, text), given));
    },
  };
}

function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
