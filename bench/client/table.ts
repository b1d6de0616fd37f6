/**
 * One match and its four clients. All of them share one decoder: every client's patches hold the same public part, so
 * that of a move only the first client's is decoded, and the others' only after a deal, for the hands in them.
 */
import { Decoder } from '@colyseus/schema';
import { WhistTable } from '../../rooms/whist/state.ts';
import { cardsOf, chooseMove, type Move } from './choose.ts';
import { Player } from './player.ts';
import { parseCard } from '../../rooms/whist/cards.ts';

export interface TableListener {
  /** All four have the patch of a move, and who made it has the answer. `patchedAt`: when the last patch was there. */
  moved(table: Table, patchedAt: number): void;
  bytes(patches: number, answers: number): void;
}

/** Frames that a move causes: a patch to each, and an answer. */
const framesOfMove = 5;

export class Table {
  readonly players: readonly Player[];
  readonly state = new WhistTable();
  readonly #decoder = new Decoder(this.state);
  readonly #listener: TableListener;
  readonly #patches: (Buffer | null)[] = [null, null, null, null];
  #hands: number[][] = [];
  #round = 0;
  /** Frames that are still to come for the move under way; 0: none is. */
  #awaited = 0;
  #patchedAt = 0;
  #answer: (() => void) | null = null;

  constructor(port: number, tokens: readonly string[], listener: TableListener) {
    this.#listener = listener;
    const heard = {
      state: (player: Player, bytes: Buffer, isFull: boolean) => this.#heard(player.seat, bytes, isFull),
      answered: (_: Player, bytes: number) => this.#answered(bytes),
    };
    this.players = tokens.map((token, seat) => new Player(port, token, seat, heard));
  }

  /** Takes all seats; resolves when the first hands are dealt. */
  async open(): Promise<void> {
    const [host, ...guests] = this.players;
    const id = await host!.join(null);
    for (const guest of guests) await guest.join(id);
    for (const player of this.players) await this.#ask(() => player.request('ready', { ready: true }));
    while (!this.state.seats.every(({ hand, cards }) => cards > 0 && hand.length === 2 * cards))
      await new Promise((resolve) => setImmediate(resolve));
    this.takeHands();
  }

  get isOver(): boolean {
    return this.state.turn < 0;
  }

  get isBusy(): boolean {
    return this.#awaited > 0;
  }

  /** Makes the next move; `moved` tells when it is through. */
  move(): void {
    this.#awaited = framesOfMove;
    this.#play();
  }

  /** One move, awaiting only its answer: for tables where other patches may come in between. */
  moveOnce(): Promise<void> {
    return this.#ask(() => this.#play());
  }

  /** The table as the first seat sees it, as JSON. */
  json(): string {
    const { seats, ...table } = this.state.toJSON();
    return JSON.stringify({
      ...table,
      seats: seats.map((seat, i) => (i === 0 ? seat : { ...seat, hand: '' })),
    });
  }

  /** What the table shows of the game, with all hands, to compare. */
  shown(): string {
    const { stage, round, turn, trick, lastTrick, trump, seats } = this.state;
    const scores = seats.map(({ score }) => score);
    return JSON.stringify([stage, round, turn, trick, lastTrick, trump, scores, this.#hands]);
  }

  /** After all clients were sent their state again: takes the hands from it. */
  takeHands(): void {
    this.#round = this.state.round;
    this.#hands = this.state.seats.map(({ hand }) => cardsOf(hand));
  }

  #play(): void {
    const { turn } = this.state;
    const move = chooseMove(this.state, this.#hands[turn]!);
    this.#forget(turn, move);
    this.players[turn]!.request(move.name, move.payload);
  }

  #forget(turn: number, { name, payload }: Move): void {
    if (name === 'play')
      this.#hands[turn] = this.#hands[turn]!.filter((card) => card !== parseCard(payload['card']));
  }

  #ask(send: () => void): Promise<void> {
    const answered = new Promise<void>((resolve) => (this.#answer = resolve));
    send();
    return answered;
  }

  #heard(seat: number, bytes: Buffer, isFull: boolean): void {
    this.#listener.bytes(bytes.length, 0);
    if (this.#awaited === 0 || isFull) return this.#decode(bytes);
    this.#patches[seat] = Buffer.from(bytes);
    this.#patchedAt = performance.now();
    this.#arrived();
  }

  #answered(bytes: number): void {
    this.#listener.bytes(0, bytes);
    this.#answer?.();
    this.#answer = null;
    if (this.#awaited > 0) this.#arrived();
  }

  #arrived(): void {
    if (--this.#awaited > 0) return;
    this.#decode(this.#patches[0]!);
    if (this.state.round !== this.#round) {
      for (const patch of this.#patches.slice(1)) this.#decode(patch!);
      this.takeHands();
    }
    this.#listener.moved(this, this.#patchedAt);
  }

  #decode(bytes: Buffer): void {
    this.#decoder.decode(bytes, { offset: 1 });
  }
}
