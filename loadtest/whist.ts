/** Players of whist with the stock SDK: matchmaking sends them to tables of four, and they play one match after another. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, Api } from '../demo/api.ts';
import { Guest, muteSdk } from '../demo/guest.ts';
import { play } from '../demo/play.ts';
import type { Target } from './target.ts';
import { accountSource } from './tokens.ts';

export interface CrowdOptions {
  readonly thinkMs: number;
  readonly rounds: number;
}

/** Makes the tokens of its players itself where it has the key. */
class LoadApi extends Api {
  readonly #account: () => Promise<Account>;

  constructor({ url, keys }: Pick<Target, 'url' | 'keys'>) {
    super(url);
    this.#account = accountSource(url, keys);
  }

  override signUp(): Promise<Account> {
    return this.#account();
  }
}

export class WhistCrowd {
  readonly #options: CrowdOptions;
  readonly #api: LoadApi;
  readonly #guests = new Set<Guest>();
  readonly errors = new Map<string, number>();
  #joined = 0;
  #moves = 0;
  #matches = 0;
  /** All are leaving. */
  isOver = false;
  /** HTTP 429. */
  isLimited = false;

  constructor(options: CrowdOptions, target: Pick<Target, 'url' | 'keys'>) {
    muteSdk();
    this.#options = options;
    this.#api = new LoadApi(target);
  }

  /** One more player; resolves when it sits, and plays on. Rejects where it gets no seat. */
  async join(): Promise<void> {
    const guest = await this.#sit();
    void this.#playOn(guest).catch((error: unknown) => this.failed(error));
  }

  line(): string {
    const parts = [
      `${this.#guests.size} clients`,
      `${this.#joined} joins`,
      `${this.#moves} moves`,
      `${this.#matches} seats in matches that ended`,
      `${[...this.errors.values()].reduce((sum, times) => sum + times, 0)} errors`,
    ];
    return parts.join('  ');
  }

  failed(error: unknown): void {
    if (this.isOver) return;
    const { message, status } = error as { message: string; status?: number };
    if (status === 429 || /\b429\b|too_many/.test(message)) this.isLimited = true;
    const text = message.replaceAll(/[0-9a-f-]{36}/g, '…').slice(0, 200);
    this.errors.set(text, (this.errors.get(text) ?? 0) + 1);
  }

  /** All go; resolves when they have. */
  async leave(): Promise<void> {
    this.isOver = true;
    await Promise.allSettled([...this.#guests].map((guest) => guest.leave()));
  }

  async #sit(): Promise<Guest> {
    const { rounds } = this.#options;
    const guest = await Guest.sit(this.#api, 'a client', rounds === 26 ? {} : { rounds });
    guest.room.onMessage('moment', () => {});
    this.#guests.add(guest);
    this.#joined++;
    return guest;
  }

  async #playOn(first: Guest): Promise<void> {
    for (let guest = first; ; guest = await this.#sit()) {
      try {
        const think = (): Promise<void> => sleep(this.#options.thinkMs, undefined, { ref: false });
        await play(guest, { think, acknowledged: () => void this.#moves++ });
        this.#matches++;
      } finally {
        this.#guests.delete(guest);
      }
      await guest.leave();
      if (this.isOver) return;
    }
  }
}
