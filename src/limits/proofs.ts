/** Names that tell nothing: keyed hashes of addresses and accounts. */
import type { Mac } from '../auth/mac.ts';

export type ProofOf = (who: string) => string;

/** Who asks once asks again: a hash is made once for all its requests, most of the time. */
const mostKnown = 10_000;

export function createProofs(mac: Mac): ProofOf {
  const known = new Map<string, string>();
  return (who) => {
    const before = known.get(who);
    if (before !== undefined) return before;
    if (known.size >= mostKnown) known.clear();
    const proof = mac.sign(who);
    known.set(who, proof);
    return proof;
  };
}
