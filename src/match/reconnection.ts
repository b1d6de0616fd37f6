/**
 * Reconnection tokens: `<session id>.<proof>`, the proof of match, session and schema. No process has to remember one,
 * so that a client can return to a match whose process is dead. The schema's fingerprint is in it because the SDK takes
 * no new schema on return: a client of another one is refused, and joins afresh.
 */
import type { Mac } from '../auth/mac.ts';

export class Reconnection {
  readonly #mac: Mac;

  constructor(mac: Mac) {
    this.#mac = mac;
  }

  token(matchId: string, sessionId: string, fingerprint: string): string {
    return `${sessionId}.${this.#mac.sign(`${matchId} ${sessionId} ${fingerprint}`)}`;
  }

  /** The session that a token is for, or null where it is not one of this match and schema. */
  session(token: string, matchId: string, fingerprint: string): string | null {
    const [sessionId, proof] = token.split('.', 2);
    if (!sessionId || !proof) return null;
    return this.#mac.verify(`${matchId} ${sessionId} ${fingerprint}`, proof) ? sessionId : null;
  }
}
