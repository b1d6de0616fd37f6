/** A player's connection: the stock SDK as it comes, and a command that is sent until it is answered. */
import { ColyseusSDK, type Room } from '@colyseus/sdk';
import type { Refused } from '../src/match/room-commands.ts';
import type { WhistTable } from '../rooms/whist/state.ts';
import type { Account, Api } from './api.ts';
import { DemoError } from './demo-error.ts';

export interface Sent {
  readonly id: string;
  readonly seat: number;
  readonly name: string;
  readonly payload: object;
}

export class Guest {
  readonly room: Room<unknown, WhistTable>;
  readonly account: Account;
  /** Commands that were sent again, because their answer was lost. */
  resent = 0;
  /** How often it has come back to the room. */
  returns = 0;
  #change = Promise.withResolvers<void>();

  private constructor(room: Room<unknown, WhistTable>, account: Account) {
    this.room = room;
    this.account = account;
    room.onStateChange(() => this.#changed());
    room.onReconnect(() => {
      this.returns++;
      this.#changed();
    });
    room.onLeave((code, reason) => this.#gone(code, reason));
  }

  /** Takes a seat at a table of these options. Throws DemoError. */
  static async sit(api: Api, name: string, options: object): Promise<Guest> {
    const account = await api.signUp(name);
    const client = new ColyseusSDK(api.url);
    client.auth.token = account.token;
    try {
      const guest = new Guest(await client.joinOrCreate<WhistTable>('whist', options), account);
      // the first state follows the seat
      await guest.#change.promise;
      return guest;
    } catch (error) {
      throw new DemoError(`${name} can't join: ${(error as Error).message}`);
    }
  }

  get seat(): number {
    return this.room.state.seats.findIndex(({ account }) => account === this.account.accountId);
  }

  /** Resolves when this holds, looked at after each change. Throws DemoError when the connection is gone for good. */
  async until(holds: (table: WhistTable) => boolean): Promise<void> {
    while (!holds(this.room.state)) await this.#change.promise;
  }

  /** Sends a command until it is answered, always with the same id. Resolves with its place in the log. Throws DemoError. */
  async request({ id, name, payload }: Sent): Promise<number> {
    for (;;) {
      const isSent = this.#isConnected;
      try {
        const { n } = await this.room.request<object, { n: number }>(name, { id, ...payload });
        return n;
      } catch (error) {
        if (this.#isConnected) throw refusal(name, error);
        await this.until(() => this.#isConnected);
        if (isSent) this.resent++;
      }
    }
  }

  async leave(): Promise<void> {
    await this.room.leave();
  }

  get #isConnected(): boolean {
    const { connection, reconnection } = this.room;
    return connection.isOpen && !reconnection.isReconnecting;
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  #gone(code: number, reason?: string): void {
    // nobody may be waiting
    this.#change.promise.catch(() => {});
    this.#change.reject(
      new DemoError(`the server has closed a connection for good (${code}${reason ? `: ${reason}` : ''})`),
    );
  }
}

/** The SDK tells of each attempt to return, of each client. */
export function muteSdk(): void {
  console.info = () => {};
}

function refusal(name: string, error: unknown): DemoError {
  const { reason, message } = error as { reason?: Refused; message: string };
  return new DemoError(`${name} is refused: ${reason ? `${reason.code}: ${reason.message}` : message}`);
}
