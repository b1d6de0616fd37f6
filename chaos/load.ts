/** Matches that are played one after another at so many tables, while things go wrong. */
import { randomUUID } from 'node:crypto';
import { createKeyRing } from '../src/auth/key-ring.ts';
import { createTokens } from '../src/auth/tokens.ts';
import { loadConfig } from '../src/config.ts';
import { Client } from './client.ts';
import { type Play, plays } from './games.ts';

/** A match that came about, and what its clients know of it. */
export interface Played {
  readonly matchId: string;
  readonly game: string;
  readonly clients: readonly Client[];
}

export interface LoadOptions {
  readonly url: string;
  /** AUTH_KEYS of the house. */
  readonly keys: string;
  /** Of each game. */
  readonly tables: number;
  /** In all: no more are begun. */
  readonly mostMatches: number;
}

export const tenantId = 'chaos';

export class Load {
  readonly #options: LoadOptions;
  readonly played: Played[] = [];
  readonly #enough = new AbortController();
  readonly #working: Promise<void>;
  #begun = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    const tables = plays.flatMap((play) => Array.from({ length: options.tables }, () => this.#table(play)));
    this.#working = Promise.all(tables).then(() => {});
  }

  /** Matches that are not over. */
  get open(): Played[] {
    return this.played.filter(({ clients }) => !clients.every(({ isOver }) => isOver));
  }

  /** No more are begun; resolves when those that were are over, or everybody is gone from them. */
  async finish(): Promise<void> {
    this.#enough.abort();
    await this.#working;
  }

  async #table(play: Play): Promise<void> {
    while (!this.#enough.signal.aborted && this.#begun < this.#options.mostMatches) {
      this.#begun++;
      await this.#match(play);
    }
  }

  async #match(play: Play): Promise<void> {
    const clients: Client[] = [];
    while (clients.length < play.seats) {
      const client = await this.#sit(play, clients[0]?.matchId ?? null);
      // the run ends: a match that has not begun is of no use
      if (!client) return void (await leaveAll(clients));
      clients.push(client);
    }
    this.played.push({ matchId: clients[0]!.matchId, game: play.game, clients });
    await Promise.all(
      clients.map(async (client) => {
        await client.request('ready', { ready: true });
        await play.play(client);
      }),
    );
    await leaveAll(clients);
  }

  #sit({ game, options }: Play, matchId: string | null): Promise<Client | null> {
    const account = `chaos-${randomUUID()}`;
    const token = this.#token(account);
    const { url } = this.#options;
    return Client.sit({ url, token, account, game, matchId, options }, this.#enough.signal);
  }

  #token(accountId: string): string {
    const { keys, ...auth } = loadConfig({ AUTH_KEYS: this.#options.keys }).auth;
    const tokens = createTokens({ ...auth, keys: createKeyRing(keys!), now: Date.now });
    const principal = { accountId, tenantId, name: '', roles: [], permission: 'play' } as const;
    return tokens.sign(principal, 7_200).token;
  }
}

async function leaveAll(clients: readonly Client[]): Promise<void> {
  await Promise.all(clients.map((client) => client.leave()));
}
