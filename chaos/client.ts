/** A player: the stock SDK as it comes. A command is sent until it is answered, always with the same id. */
import { ColyseusSDK, type Room } from '@colyseus/sdk';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Refused } from '../src/match/room-commands.ts';
import type { MatchState } from '../src/match/table.ts';

export interface Sent {
  readonly id: string;
  readonly seat: number;
  readonly name: string;
  readonly payload: object;
}

/** An answer. `n`: length of the log then; null: the command was refused. */
export interface Answered extends Sent {
  readonly n: number | null;
}

export interface SeatOffer {
  readonly url: string;
  readonly token: string;
  readonly account: string;
  readonly game: string;
  /** A match to join; null: a new one. */
  readonly matchId: string | null;
  readonly options: object;
}

/** A dial that says nothing for so long is given up, and tried again. */
const dialMs = 15_000;
const pauseMs = 200;

export class Client {
  readonly account: string;
  readonly answers: Answered[] = [];
  /** Commands that were sent again, because their answer was lost. */
  resent = 0;
  returns = 0;
  /** Why the SDK has given up for good; null while it has not. */
  gone: string | null = null;
  readonly #room: Room<unknown, MatchState>;
  #change = Promise.withResolvers<void>();
  #isLeaving = false;

  private constructor(room: Room<unknown, MatchState>, account: string) {
    this.#room = room;
    this.account = account;
    // the SDK gives up on rooms that it was in for less than 5 s; faults come closer together
    room.reconnection.minUptime = 0;
    room.onMessage('moment', () => {});
    room.onStateChange(() => this.#changed());
    room.onReconnect(() => (this.returns++, this.#changed()));
    room.onLeave((code, reason) => {
      if (!this.#isLeaving) this.gone = `${code} ${reason ?? ''}`.trim();
      this.#changed();
    });
  }

  /** Tries until it sits, or `signal` says that it is enough: null then. */
  static async sit(offer: SeatOffer, signal: AbortSignal): Promise<Client | null> {
    while (!signal.aborted) {
      const room = await dial(offer);
      if (room) {
        const client = new Client(room, offer.account);
        if (await client.until(({ phase }) => phase !== undefined, dialMs)) return client;
        void client.leave();
      }
      await sleep(pauseMs);
    }
    return null;
  }

  get matchId(): string {
    return this.#room.roomId;
  }

  get state(): MatchState {
    return this.#room.state;
  }

  get seat(): number {
    return this.state.seats.findIndex(({ account }) => account === this.account);
  }

  get isOver(): boolean {
    return this.state.phase === 'over';
  }

  /** Whether it came to hold, looked at after each change; false when the client is gone, or after `ms`. */
  async until(holds: (state: MatchState) => boolean, ms = Infinity): Promise<boolean> {
    const end = performance.now() + ms;
    for (;;) {
      if (this.state !== undefined && holds(this.state)) return true;
      if (this.gone !== null || performance.now() > end) return false;
      await this.change(Math.min(1_000, end - performance.now()));
    }
  }

  /** The next change, or so much time. */
  async change(ms: number): Promise<void> {
    const timer = new AbortController();
    await Promise.race([
      this.#change.promise,
      sleep(Math.max(0, ms), null, { signal: timer.signal }).catch(() => {}),
    ]);
    timer.abort();
  }

  /** Resolves with the answer; null when the client is gone before there is one. */
  async request(name: string, payload: object): Promise<Answered | null> {
    const sent: Sent = { id: randomUUID(), seat: this.seat, name, payload };
    while (this.gone === null) {
      if (!this.#isConnected) {
        await this.change(1_000);
        continue;
      }
      try {
        const { n } = await this.#room.request<object, { n: number }>(name, { id: sent.id, ...payload });
        return this.#answered({ ...sent, n });
      } catch (error) {
        if ((error as { reason?: Refused }).reason?.code) return this.#answered({ ...sent, n: null });
        this.resent++;
        await sleep(pauseMs);
      }
    }
    return null;
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    await Promise.race([this.#room.leave().catch(() => {}), sleep(2_000)]);
  }

  get #isConnected(): boolean {
    const { connection, reconnection } = this.#room;
    return connection.isOpen && !reconnection.isReconnecting;
  }

  #answered(answer: Answered): Answered {
    this.answers.push(answer);
    return answer;
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }
}

/** Null where it fails, or takes too long: a room that comes later is left. */
async function dial({
  url,
  token,
  game,
  matchId,
  options,
}: SeatOffer): Promise<Room<unknown, MatchState> | null> {
  const sdk = new ColyseusSDK(url);
  sdk.auth.token = token;
  const joining: Promise<Room<unknown, MatchState>> =
    matchId === null ? sdk.create(game, options) : sdk.joinById(matchId, {});
  const room = await Promise.race([joining.catch(() => null), sleep(dialMs, 'late' as const)]);
  if (room !== 'late') return room;
  void joining.then((late) => late.leave()).catch(() => {});
  return null;
}
