/**
 * Reconnection tokens: `<session id>.<fingerprint of the schema>.<proof>`, the proof of match, tenant, session and schema.
 * No process has to remember one, so that a client can return to a match whose process is dead, and one that is forged is
 * known before anything is revived. The schema is in it because the SDK takes no new one on return: a client of another
 * one is refused, and joins afresh.
 */
import type { Mac } from '../auth/mac.ts';
import type { Claim } from '../store/match-store.ts';

export type Returning = Pick<Claim, 'matchId' | 'tenantId'>;

export class Reconnection {
  readonly #mac: Mac;

  constructor(mac: Mac) {
    this.#mac = mac;
  }

  token(match: Returning, sessionId: string, fingerprint: string): string {
    return `${sessionId}.${fingerprint}.${this.#mac.sign(claimOf(match, sessionId, fingerprint))}`;
  }

  /** The session that a token is for, or null where it is not one of this match; of whatever schema, if none is given. */
  session(token: string, match: Returning, fingerprint?: string): string | null {
    const [sessionId, made, proof] = token.split('.', 3);
    if (!sessionId || !made || !proof) return null;
    if (fingerprint !== undefined && made !== fingerprint) return null;
    return this.#mac.verify(claimOf(match, sessionId, made), proof) ? sessionId : null;
  }
}

const claimOf = ({ matchId, tenantId }: Returning, sessionId: string, fingerprint: string): string =>
  JSON.stringify([matchId, tenantId, sessionId, fingerprint]);
