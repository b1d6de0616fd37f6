/** The keys that sign and verify: one current, and the former ones whose tokens are still about. */
import { createSecretKey, hkdfSync } from 'node:crypto';
import type { SigningKey } from '../config-variables.ts';

export interface KeyRing {
  /** Signs. */
  readonly current: SigningKey;
  /** Verify: the current key and the former ones. */
  readonly all: readonly SigningKey[];
}

/** A ring of one or more keys, each with a kid of its own; the first is the current one. */
export function createKeyRing(keys: readonly SigningKey[]): KeyRing {
  const [current] = keys;
  if (current === undefined) throw new RangeError('a key ring needs a key');
  return { current, all: keys };
}

/**
 * Keys for another purpose (`reconnection`, …), derived from these by HKDF-SHA256 (RFC 5869), so that nothing signed
 * for one purpose passes for another. They keep their kid, and rotate with the keys that they come from.
 */
export function deriveKeys(ring: KeyRing, purpose: string): KeyRing {
  const info = `gamekeeper/${purpose}`;
  return createKeyRing(
    ring.all.map(({ kid, secret }) => ({
      kid,
      secret: createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', info, 32))),
    })),
  );
}
