/** One match as this page takes part in it: connection, clock and own board. What is seen of it is screen.ts. */
import { Connection, type Refused, type Status, type Wish } from '../client/connection.ts';
import type { Account } from '../client/sign-in.ts';
import { OwnBoard, type Link } from '../client/tetris/own-board.ts';
import type { Synced } from '../client/tetris/predictor.ts';
import { TickClock } from '../client/tick-clock.ts';
import type { TetrisSeat, TetrisTable } from '../rooms/tetris/state.ts';

/** A key moment, told while the match runs. */
export interface LiveMoment {
  readonly type: string;
  readonly seat: number | null;
}

const hz = 60;
const pingMs = 1_000;

export class Match {
  readonly #connection: Connection<TetrisTable>;
  readonly #account: string;
  readonly #clock = new TickClock(hz);
  readonly #pinging: ReturnType<typeof setInterval>;
  readonly own: OwnBoard;
  #heardTick = -1;

  private constructor(connection: Connection<TetrisTable>, account: string) {
    this.#connection = connection;
    this.#account = account;
    this.own = new OwnBoard(this.#link(), this.#clock, now);
    this.#ping();
    this.#pinging = setInterval(() => this.#ping(), pingMs);
  }

  /** Throws the SDK's error when it can't come in. */
  static async enter(
    url: string,
    account: Account,
    wish: Wish,
    status: (status: Status) => void,
  ): Promise<Match> {
    let match = null as Match | null;
    const listener = {
      status,
      state: () => match && match.#changed(),
      returned: () => match && match.#returned(),
      refused: ({ id }: Refused) => match && match.own.refused(Number(id)),
    };
    const connection = await Connection.open<TetrisTable>(url, account.token, wish, listener);
    match = new Match(connection, account.accountId);
    return match;
  }

  get id(): string {
    return this.#connection.room.roomId;
  }

  get isGone(): boolean {
    return this.#connection.isGone;
  }

  get table(): TetrisTable {
    return this.#connection.room.state;
  }

  /** The seats as they stand; none until the first state has come. */
  get seats(): readonly TetrisSeat[] {
    return [...(this.table?.seats ?? [])];
  }

  /** The own seat, or -1 for who only watches. */
  get seat(): number {
    return this.seats.findIndex(({ account }) => account === this.#account);
  }

  /** Calls `tell` with each key moment from now on. */
  onMoment(tell: (moment: LiveMoment) => void): void {
    this.#connection.room.onMessage('moment', tell);
  }

  /** A command about seats. Rejects when it is refused. */
  async say(name: 'ready' | 'add_bot', payload: object): Promise<void> {
    const { room } = this.#connection;
    await room.request(name, { id: `${name}-${room.sessionId}`, ...payload });
  }

  async leave(): Promise<void> {
    clearInterval(this.#pinging);
    await this.#connection.leave();
  }

  #changed(): void {
    const { tick, phase } = this.table;
    const seat = this.seats[this.seat];
    if (seat && phase === 'playing') this.own.hear(seat, tick === this.#heardTick ? null : tick);
    this.#heardTick = tick;
  }

  #returned(): void {
    this.#clock.forget();
    this.own.ask();
  }

  #ping(): void {
    this.#connection.room.ping((ms) => this.#clock.pinged(ms));
  }

  #link(): Link {
    const connection = this.#connection;
    return {
      get isOpen() {
        return connection.isOpen;
      },
      input: (tick, actions) => connection.room.send('input', { id: String(tick), tick, actions }),
      sync: () => connection.room.request<object, Synced | null>('sync', {}),
    };
  }
}

const now = (): number => performance.now();
