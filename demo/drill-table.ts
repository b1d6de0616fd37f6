/** A match of the drill: four clients that play it, and the record of all that they were told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HAND_SIZES, SEATS } from '../rooms/whist/rounds.ts';
import type { Api } from './api.ts';
import { checkScores } from './check-scores.ts';
import { Guest } from './guest.ts';
import { type Balance, Ledger } from './ledger.ts';
import { hearMoments } from './moments.ts';
import { play } from './play.ts';

const rounds = 4;
/** Long enough that no bot ever plays a turn: an entry that nobody asked for is a fault then. */
const turnMs = 600_000;
/** In a match: each seat bids once and plays its cards, and one names trumps. */
const commands = HAND_SIZES.slice(0, rounds).reduce((sum, cards) => sum + (cards + 1) * SEATS + 1, 0);

export class DrillTable {
  readonly guests: readonly Guest[];
  readonly #ledger = new Ledger();

  private constructor(guests: readonly Guest[]) {
    this.guests = guests;
  }

  /** Throws DemoError. */
  static async open(api: Api, number: number): Promise<DrillTable> {
    const guests: Guest[] = [];
    for (let i = 0; i < SEATS; i++)
      guests.push(await Guest.sit(api, `Player ${i}`, { mode: `drill-${number}`, rounds, turnMs }));
    hearMoments(guests.map((guest) => guest.room as never));
    return new DrillTable(guests);
  }

  get isOver(): boolean {
    return this.guests.every(({ room }) => room.state.phase === 'over');
  }

  /** Plays to the end, which is about `durationMs` away as long as the server lives. Throws DemoError. */
  async play(durationMs: number): Promise<void> {
    const think = (): Promise<void> => sleep((Math.random() * 2 * durationMs) / commands);
    const acknowledged = this.#ledger.note.bind(this.#ledger);
    await Promise.all(this.guests.map((guest) => play(guest, { think, acknowledged })));
  }

  /** Holds what the clients know against history. Throws DemoError. */
  async check(api: Api): Promise<Balance> {
    const [{ room, account }] = this.guests as [Guest];
    const match = await api.match(account.token, room.roomId);
    for (const guest of this.guests) checkScores(guest.room.state, match);
    return this.#ledger.check(await api.log(account.token, room.roomId));
  }
}
