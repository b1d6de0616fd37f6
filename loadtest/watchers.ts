/** A sample of tables as the stock SDK sees them: what the light clients believe must be what it shows. */
import { ColyseusSDK, type Room } from '@colyseus/sdk';
import type { WhistTable } from '../rooms/whist/state.ts';
import { progressOf } from './progress.ts';
import type { Target } from './target.ts';
import { accountSource } from './tokens.ts';

export interface Played {
  readonly matchId: string;
  /** Null: the clients differ, because something is under way. */
  readonly progress: number | null;
}

export class Watchers {
  readonly #target: Pick<Target, 'url' | 'keys'>;
  readonly #rooms: Room<unknown, WhistTable>[] = [];

  constructor(target: Pick<Target, 'url' | 'keys'>) {
    this.#target = target;
  }

  /** Watches so many tables, one each. */
  async open(count: number, playing: () => Promise<readonly Played[]>): Promise<void> {
    if (count === 0) return;
    const account = accountSource(this.#target.url, this.#target.keys);
    for (const { matchId } of (await playing()).slice(0, count)) {
      const sdk = new ColyseusSDK(this.#target.url);
      sdk.auth.token = (await account()).token;
      const room = await sdk.joinById<WhistTable>(matchId, { spectate: true });
      room.onMessage('moment', () => {});
      this.#rooms.push(room as Room<unknown, WhistTable>);
    }
  }

  /** With nothing under way any more: a code for each watcher that sees another table than its players. */
  compare(playing: readonly Played[]): string[] {
    const progress = new Map(playing.map((table) => [table.matchId, table.progress]));
    return this.#rooms
      .filter(({ roomId }) => progress.has(roomId))
      .filter(({ roomId, state }) => progress.get(roomId) !== progressOf(state))
      .map(() => 'load/watcher_differs');
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#rooms.splice(0).map((room) => room.leave()));
  }
}
