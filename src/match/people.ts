import type { Client } from '@colyseus/core';
import type { Principal } from '../auth/principal.ts';

export type MatchClient = Client<{ auth: Principal; userData: { seat: number | null } }>;

/** Who is connected to a room's seats. An account has one session; joining again replaces the one before. */
export class People {
  /** Display names by account, of those who have joined this process. */
  readonly names = new Map<string, string>();
  readonly #sessions = new Map<string, MatchClient>();

  enter(client: MatchClient): void {
    const { accountId, name } = client.auth!;
    this.#sessions.set(accountId, client);
    this.names.set(accountId, name);
  }

  leave(client: MatchClient): void {
    this.#sessions.delete(client.auth!.accountId);
  }

  has(account: string): boolean {
    return this.#sessions.has(account);
  }

  session(account: string): MatchClient | undefined {
    return this.#sessions.get(account);
  }

  /** Whether this is the session of its account, and has not been replaced by another. */
  isCurrent(client: MatchClient): boolean {
    return this.#sessions.get(client.auth?.accountId ?? '')?.sessionId === client.sessionId;
  }
}
