/** One match and its four clients, who move when a move is due. */
import { PlayerError } from '../bench/client/player.ts';
import { type Address, Guest } from './guest.ts';

export interface TableListener {
  /** A client has joined, so many milliseconds after it was to. */
  joined(ms: number): void;
  returned(ms: number): void;
  /** All who are connected have seen a move, so many milliseconds after it was due; null: a cut of ours was in its way. */
  moved(ms: number | null): void;
  failed(code: string, status: number | null): void;
  /** The match was played to its end, or a client is gone for good. */
  over(isPlayed: boolean): void;
}

interface Move {
  readonly due: number;
  /** Progress of the table before it. */
  readonly from: number;
  readonly mover: Guest;
  isAnswered: boolean;
  /** Its mover was cut meanwhile. */
  isCut: boolean;
  /** All who are connected had seen it. */
  seenAt: number | null;
}

const seats = 4;
const openMs = 60_000;
const leaveMs = 10_000;

export class LoadTable {
  readonly guests: readonly Guest[];
  readonly #listener: TableListener;
  /** Moves that are due. One waits for those before it, and its time counts from when it was due. */
  readonly #due: number[] = [];
  /** On their way back after a cut of ours. */
  readonly #cut = new Set<Guest>();
  #move: Move | null = null;
  #dealt: PromiseWithResolvers<void> | null = Promise.withResolvers();
  #isClosed = false;
  #closing: Promise<void> | null = null;
  #matchId: string | null = null;

  constructor(address: Address, tokens: readonly string[], listener: TableListener) {
    this.#listener = listener;
    const heard = {
      changed: () => this.#changed(),
      answered: (guest: Guest) => this.#answered(guest),
      dropped: () => listener.failed('load/dropped', null),
      returned: (guest: Guest, ms: number) => this.#returned(guest, ms),
      failed: (guest: Guest, error: PlayerError) => this.#failed(guest, error),
    };
    this.guests = tokens.slice(0, seats).map((token, seat) => new Guest(address, token, seat, heard));
  }

  /** Takes all seats, from `due` on; resolves when the first hands are dealt. Rejects with PlayerError. */
  async open(due: number, options: object): Promise<void> {
    const { promise, reject } = this.#dealt!;
    promise.catch(() => {}); // while the guests join
    const timer = setTimeout(() => reject(new PlayerError('load/not_dealt', 'no hands were dealt')), openMs);
    try {
      for (const guest of this.guests) {
        const from = guest.seat === 0 ? due : performance.now();
        this.#matchId = await guest.join(this.#matchId, options);
        this.#listener.joined(performance.now() - from);
      }
      for (const guest of this.guests) guest.ready();
      await promise;
    } finally {
      clearTimeout(timer);
      this.#dealt = null;
    }
    this.#sendNext();
  }

  /** Once somebody has joined. */
  get matchId(): string {
    return this.#matchId!;
  }

  get here(): Guest[] {
    return this.guests.filter(({ isHere }) => isHere);
  }

  /** How far those who are connected have seen it; null where they differ, because something is under way. */
  get progress(): number | null {
    const [one = null, ...others] = this.here.map(({ progress }) => progress);
    return others.every((progress) => progress === one) ? one : null;
  }

  get isPlaying(): boolean {
    return this.#dealt === null && !this.#isClosed && this.#matchId !== null;
  }

  /** A move is due at this time, which has come. */
  due(at: number): void {
    if (!this.isPlaying) return;
    this.#due.push(at);
    if (!this.#move) this.#sendNext();
  }

  /** Cuts a client that is connected; false: there is none. */
  cut(seat: number): boolean {
    const guest = this.guests[seat]!;
    if (!this.isPlaying || !guest.isHere) return false;
    if (this.#move?.mover === guest) this.#move.isCut = true;
    this.#cut.add(guest);
    guest.cut();
    this.#changed();
    return true;
  }

  /** No move is due any more. */
  rest(): void {
    this.#due.length = 0;
  }

  /** All leave; resolves when the connections are closed, or after 10 s. */
  close(): Promise<void> {
    this.#isClosed = true;
    return (this.#closing ??= this.#leave());
  }

  async #leave(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, leaveMs);
    await Promise.race([Promise.allSettled(this.guests.map((guest) => guest.leave())), promise]);
    clearTimeout(timer);
  }

  #sendNext(): void {
    if (this.#due.length === 0 || this.#isClosed) return;
    const mover = this.guests.find(({ mayMove }) => mayMove);
    if (!mover || this.progress === null) return;
    this.#move = {
      due: this.#due.shift()!,
      from: mover.progress,
      mover,
      isAnswered: false,
      isCut: false,
      seenAt: null,
    };
    mover.move();
  }

  #changed(): void {
    if (this.#isClosed) return;
    if (this.#dealt) return this.#lookForHands();
    if (this.#move) this.#lookForEnd(this.#move);
    else if (this.progress === Infinity) this.#end(true);
    else this.#sendNext();
  }

  #lookForHands(): void {
    const hasHand = ({ isHere, seat, state }: Guest): boolean => {
      const { hand = '', cards = 0 } = state.seats[seat] ?? {};
      return isHere && cards > 0 && hand.length === 2 * cards;
    };
    if (this.guests.every(hasHand)) this.#dealt!.resolve();
  }

  #answered(guest: Guest): void {
    if (this.#move?.mover !== guest) return;
    this.#move.isAnswered = true;
    this.#lookForEnd(this.#move);
  }

  #lookForEnd(move: Move): void {
    const { here } = this;
    const isSeen = here.length > 0 && here.every(({ progress }) => progress > move.from);
    if (isSeen) move.seenAt ??= performance.now();
    if (!isSeen || !move.isAnswered) return;
    this.#move = null;
    this.#listener.moved(move.isCut ? null : move.seenAt! - move.due);
    if (here[0]!.progress === Infinity) this.#end(true);
    else this.#sendNext();
  }

  /** What its player could not do because of us counts from now. */
  #returned(guest: Guest, ms: number): void {
    this.#listener.returned(ms);
    const wasOurs = this.#cut.delete(guest);
    if (wasOurs && guest.state.turn === guest.seat) this.#due.fill(performance.now());
    const move = this.#move;
    if (move?.mover !== guest || move.isAnswered) return;
    if (guest.progress > move.from) move.isAnswered = true;
    else guest.moveAgain();
  }

  #failed(guest: Guest, error: PlayerError): void {
    if (this.#isClosed) return;
    if (this.#dealt) return this.#dealt.reject(error);
    const isMover = this.#move?.mover === guest;
    // a bot may have moved for who was cut
    const isOvertaken = isMover && guest.isHere && this.#move!.isCut;
    if (!isOvertaken) this.#listener.failed(error.code, error.status);
    if (isMover) this.#move = null;
    if (!guest.isHere) this.#end(false);
  }

  #end(isPlayed: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.over(isPlayed);
  }
}
