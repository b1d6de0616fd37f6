/** A client at a table, and what it sees there: it decodes all that it gets, as the SDK does. */
import { Decoder } from '@colyseus/schema';
import { cardsOf, chooseMove } from '../bench/client/choose.ts';
import { Player, type PlayerError } from '../bench/client/player.ts';
import { WhistTable } from '../rooms/whist/state.ts';
import { progressOf } from './progress.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface GuestListener {
  /** It has got a patch, or the whole state. */
  changed(): void;
  answered(guest: Guest): void;
  /** The connection was cut, and not by us. It comes back by itself. */
  dropped(): void;
  /** It is back, so many milliseconds after a cut. */
  returned(guest: Guest, ms: number): void;
  /** A command was refused, or it is gone for good. */
  failed(guest: Guest, error: PlayerError): void;
}

export class Guest {
  readonly seat: number;
  readonly state = new WhistTable();
  readonly #decoder = new Decoder(this.state);
  readonly #player: Player;
  readonly #listener: GuestListener;
  #isHere = false;
  #cutAt: number | null = null;

  constructor({ host, port }: Address, token: string, seat: number, listener: GuestListener) {
    this.seat = seat;
    this.#listener = listener;
    const heard = {
      state: (_: Player, bytes: Buffer, isFull: boolean) => this.#heard(bytes, isFull),
      answered: () => listener.answered(this),
      dropped: () => {
        this.#isCut();
        listener.dropped();
      },
      failed: (_: Player, error: PlayerError) => listener.failed(this, error),
    };
    this.#player = new Player(port, token, seat, heard, host);
  }

  /** Connected, with the state. */
  get isHere(): boolean {
    return this.#isHere;
  }

  get progress(): number {
    return progressOf(this.state);
  }

  /** Sees that it is its turn, and its whole hand. */
  get mayMove(): boolean {
    const own = this.state.seats[this.seat];
    return this.#isHere && this.state.turn === this.seat && own!.hand.length === 2 * own!.cards;
  }

  /** Joins a match, or makes one (null); resolves with its id when the state is here. Rejects with PlayerError. */
  join(matchId: string | null, options: object): Promise<string> {
    return this.#player.join(matchId, 'whist', options);
  }

  ready(): void {
    this.#player.request('ready', { ready: true });
  }

  /** Makes a legal move: the same wherever the table is the same. */
  move(): void {
    const { name, payload } = chooseMove(this.state, cardsOf(this.state.seats[this.seat]!.hand));
    this.#player.request(name, payload);
  }

  /** The last move once more: its answer was lost. */
  moveAgain(): void {
    this.#player.again();
  }

  /** Cuts the connection hard; it comes back by itself. */
  cut(): void {
    this.#isCut();
    // what fails a return is told as `failed`
    this.#player.cut().catch((error: PlayerError) => this.#listener.failed(this, error));
  }

  async leave(): Promise<void> {
    this.#isHere = false;
    await this.#player.leave();
  }

  #heard(bytes: Buffer, isFull: boolean): void {
    this.#decoder.decode(bytes, { offset: 1 });
    if (isFull) this.#isHere = true;
    if (isFull && this.#cutAt !== null) {
      const ms = performance.now() - this.#cutAt;
      this.#cutAt = null;
      this.#listener.returned(this, ms);
    }
    this.#listener.changed();
  }

  #isCut(): void {
    this.#isHere = false;
    this.#cutAt = performance.now();
  }
}
