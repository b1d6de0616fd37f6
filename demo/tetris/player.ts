/** A player's connection: the stock SDK as it comes. What it knows is the state of its room. */
import { ColyseusSDK, type Room } from '@colyseus/sdk';
import { randomUUID } from 'node:crypto';
import type { TetrisTable } from '../../rooms/tetris/state.ts';
import type { Refused } from '../../src/match/room-commands.ts';
import type { Account, Api } from '../api.ts';
import { DemoError } from '../demo-error.ts';

/** An input that comes when the match or its board is over has come too late: no more than that. */
const tooLate = new Set(['match/over', 'tetris/eliminated']);

export class Player {
  readonly room: Room<unknown, TetrisTable>;
  readonly account: Account;
  readonly name: string;
  #change = Promise.withResolvers<void>();

  private constructor(room: Room<unknown, TetrisTable>, account: Account, name: string) {
    this.room = room;
    this.account = account;
    this.name = name;
    // the SDK gives up on rooms that it was in for less than 5 s
    room.reconnection.minUptime = 0;
    room.onStateChange(() => this.#changed());
    room.onReconnect(() => this.#changed());
    room.onLeave((code) => this.#gone(code));
  }

  /** Takes a seat at a table of these options. Throws DemoError. */
  static async sit(api: Api, name: string, options: object): Promise<Player> {
    const account = await api.signUp(name);
    const client = new ColyseusSDK(api.url);
    client.auth.token = account.token;
    try {
      const room = await client.joinOrCreate<TetrisTable>('tetris', options);
      const player = new Player(room, account, name);
      // the first state follows the seat
      await player.change();
      return player;
    } catch (error) {
      throw new DemoError(`${name} can't join: ${(error as Error).message}`);
    }
  }

  get seat(): number {
    return this.room.state.seats.findIndex(({ account }) => account === this.account.accountId);
  }

  /** Resolves with the next change of the state. Throws DemoError when the connection is gone for good. */
  change(): Promise<void> {
    return this.#change.promise;
  }

  /** Throws DemoError where the server refuses it; one that is cut off is lost, as a key press may be. */
  async send(name: string, payload: object): Promise<void> {
    try {
      await this.room.request(name as never, { id: randomUUID(), ...payload } as never);
    } catch (error) {
      const { reason } = error as { reason?: Refused };
      if (reason && !tooLate.has(reason.code))
        throw new DemoError(`${name} is refused: ${reason.code}: ${reason.message}`);
    }
  }

  async leave(): Promise<void> {
    await this.room.leave();
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  #gone(code: number): void {
    // nobody may be waiting
    this.#change.promise.catch(() => {});
    this.#change.reject(new DemoError(`the server has closed a connection for good (${code})`));
  }
}
