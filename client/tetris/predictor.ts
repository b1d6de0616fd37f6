/**
 * The own board ahead of the server's: the same rules, stepped at once with the own inputs. What the server tells later
 * is taken in at the step in which it happened: the board goes back there and is played again. Where the boards differ all
 * the same, the server's is to be asked for (`restore`).
 */
import type { Board } from '../../rooms/tetris/board.ts';
import type { Packet } from '../../rooms/tetris/garbage.ts';
import { boardHash, packPiece } from '../../rooms/tetris/packing.ts';
import { learn, predict, receive, startPrediction, type Prediction } from '../../rooms/tetris/prediction.ts';
import { SHOWN } from '../../rooms/tetris/queue.ts';
import { decodeState } from '../../rooms/tetris/tetris-state.ts';
import { visible, type BoardView, type TetrisView } from '../../rooms/tetris/view.ts';
import { Packets } from './packets.ts';

/** What the server tells of the own seat; fields of TetrisSeat (rooms/tetris/state.ts). */
export interface OwnSeat {
  readonly placed: number;
  readonly lockHash: number;
  readonly piece: number;
  readonly hold: number;
  readonly score: number;
  readonly next: string;
  /** JSON of packets. */
  readonly garbage: string;
}

/** The answer to `sync`. */
export interface Synced {
  readonly tick: number;
  readonly options: TetrisView['options'];
  readonly board: BoardView;
}

/** Ticks that are kept to go back to, and lock hashes. */
const memory = 240;
const locksKept = 64;

export class Predictor {
  #prediction: Prediction;
  /** The highest tick that was ever simulated: up to it inputs are history. */
  #frontier: number;
  #inputs = new Map<number, number>();
  #saved = new Map<number, Int32Array>();
  #lockHashes = new Map<number, number>();
  #confirmed = 0;
  #packets = new Packets();
  /** Pieces by their place in the queue of the match. */
  #pieces: string[] = [];

  constructor(synced: Synced) {
    this.#prediction = begin(synced);
    this.#frontier = synced.tick;
    this.#settle(synced);
  }

  get prediction(): Prediction {
    return this.#prediction;
  }

  get tick(): number {
    return this.#prediction.tick;
  }

  get board(): Board {
    return this.#prediction.boards[0]!;
  }

  /**
   * Plays on to a tick. `ask` is called once for each tick that was never played, with the tick and the board before it,
   * and gives the actions; they are to be sent with that tick.
   */
  advance(to: number, ask: (tick: number, board: Board) => number): void {
    while (this.tick < to && this.board.out === 0) {
      const tick = this.tick + 1;
      if (tick > this.#frontier) this.#ask(tick, ask);
      this.#step(this.#inputs.get(tick) ?? 0);
    }
  }

  /**
   * Takes in what the server tells; `tick` is its tick, where it tells that too. False: the boards differ, or nothing is
   * known of this lock; ask for the board.
   */
  hear(seat: OwnSeat, tick: number | null): boolean {
    const drawn = seat.placed + Number(seat.piece !== 0) + Number(seat.hold !== 0);
    this.#note(seat.next, drawn);
    const isReached = this.#learnGarbage(JSON.parse(seat.garbage) as Packet[]);
    return isReached && this.#isLockRight(seat) && (tick === null || this.#isPieceRight(seat, tick));
  }

  /** An input that will never act; it counts from the next `restore` on. */
  withdraw(tick: number): void {
    this.#inputs.delete(tick);
  }

  /** Goes on from the server's board. Own inputs after its tick are played again, up to `to` where that tick was reached. */
  restore(synced: Synced, to: number): void {
    const reached = this.tick;
    this.#prediction = begin(synced);
    this.#settle(synced);
    this.#replay(Math.min(reached, to));
  }

  #settle({ tick, board }: Synced): void {
    this.#saved.clear();
    this.#lockHashes.clear();
    this.#packets.restart(board.garbage);
    this.#confirmed = board.placed;
    this.#note(board.next, board.drawn);
    this.#save(tick);
  }

  #ask(tick: number, ask: (tick: number, board: Board) => number): void {
    this.#frontier = tick;
    const actions = ask(tick, this.board);
    if (actions !== 0) this.#inputs.set(tick, actions);
  }

  #step(actions: number): void {
    const { placed } = this.board;
    predict(this.#prediction, actions);
    if (this.board.placed !== placed)
      this.#lockHashes.set(this.board.placed, boardHash(viewOf(this.#prediction)));
    for (const packet of this.#packets.sentIn(this.tick)) receive(this.#prediction, packet);
    this.#learnPieces();
    this.#save(this.tick);
  }

  #save(tick: number): void {
    this.#saved.set(tick, this.#prediction.words.slice());
    this.#saved.delete(tick - memory);
    this.#inputs.delete(tick - memory);
    this.#lockHashes.delete(this.board.placed - locksKept);
    this.#packets.forgetBefore(tick - memory);
  }

  #isLockRight({ placed, lockHash }: OwnSeat): boolean {
    if (placed <= this.#confirmed) return true;
    if (this.#lockHashes.get(placed) !== lockHash) return false;
    this.#confirmed = placed;
    return true;
  }

  /** An input that came late may lock the same way and yet later: then the next piece is elsewhere, or the score another. */
  #isPieceRight({ piece, score }: OwnSeat, tick: number): boolean {
    const saved = this.#saved.get(tick);
    if (saved === undefined) return true;
    const board = viewOf(decodeState(new Uint8Array(saved.buffer)));
    return packPiece(board.piece) === piece && board.score === score;
  }

  #note(next: string, drawn: number): void {
    for (const [at, name] of [...next].entries()) this.#pieces[drawn + at] = name;
    this.#learnPieces();
  }

  #learnPieces(): void {
    const { drawn, queued } = this.board;
    let next = '';
    for (let at = drawn; this.#pieces[at] !== undefined && next.length < queued + SHOWN; at++)
      next += this.#pieces[at]!;
    if (next.length > queued) learn(this.#prediction, { drawn, next });
  }

  /** False: it was sent so long ago that the board can't go back there. */
  #learnGarbage(waiting: readonly Packet[]): boolean {
    const sent = this.#packets.hear(waiting, this.#prediction.garbageDelay);
    if (sent === null || sent > this.tick) return true;
    return this.#rewind(sent - 1);
  }

  #rewind(tick: number): boolean {
    const saved = this.#saved.get(tick);
    if (saved === undefined) return false;
    const reached = this.tick;
    this.#prediction.words.set(saved);
    this.board.rowsSeen = null;
    this.#learnPieces();
    this.#replay(reached);
    return true;
  }

  #replay(to: number): void {
    while (this.tick < to && this.board.out === 0) this.#step(this.#inputs.get(this.tick + 1) ?? 0);
  }
}

const begin = ({ tick, options, board }: Synced): Prediction =>
  startPrediction({ tick, options, phase: 'playing', boards: [board] }, 0);

const viewOf = (prediction: Prediction): BoardView => visible(prediction).boards[0]!;
