/**
 * A match of a predicting client against a bot, with the server's own engine, over a simulated network and on a simulated
 * clock. Messages keep their order, as on a socket. One step is a millisecond.
 */
import { tetrisRules, type BoardView, type TetrisView } from '../../rooms/tetris/rules.ts';
import { visible } from '../../rooms/tetris/view.ts';
import type { InputData } from '../../rooms/tetris/decide.ts';
import { addSeats, mirrorTetris, newTable } from '../../rooms/tetris/state.ts';
import { KeyRepeat, type Key } from '../../client/tetris/key-repeat.ts';
import { OwnBoard, type Keys } from '../../client/tetris/own-board.ts';
import type { OwnSeat, Synced } from '../../client/tetris/predictor.ts';
import { TickClock } from '../../client/tick-clock.ts';
import { seededRandom, type Random } from '../../src/match/random.ts';
import { TickEngine } from '../../src/match/tick-engine.ts';
import { setupOf } from '../match/support.ts';
import { Line } from './line.ts';

export interface Weather {
  readonly seed: number;
  /** One way, in milliseconds; jitter is added to it. */
  readonly latency: number;
  readonly jitter: number;
  /** How often in 100 s the server stands still for `pauseMs`; it makes up for 15 ticks of that at most. */
  readonly serverPauses: number;
  /** The same for the frames of the page. */
  readonly pagePauses: number;
  readonly pauseMs: number;
}

const options = { players: 2, startLevel: 3, targeting: 'even', messiness: 30, garbageDelay: 20 };
const frameMs = 1000 / 60;
const struckKeys: readonly Key[] = [
  'left',
  'right',
  'clockwise',
  'counterClockwise',
  'softDrop',
  'hardDrop',
  'hold',
];

type ToServer =
  | { readonly tick: number; readonly actions: number }
  | { readonly answer: (synced: Synced) => void }
  | { readonly pong: () => void };

export class SimulatedMatch {
  now = 0;
  readonly sent: { readonly tick: number; readonly actions: number }[] = [];
  readonly own: OwnBoard;
  readonly keys = new KeyRepeat();
  readonly clock = new TickClock(60);
  #isConnected = true;
  readonly #engine = new TickEngine(tetrisRules);
  readonly #table = addSeats(newTable(), 2);
  #weather: Weather;
  readonly #random: Random;
  readonly #toServer: Line<ToServer>;
  readonly #toClient: Line<() => void>;
  /** The client's board by tick. */
  readonly #boards = new Map<number, BoardView>();
  #serverAt = 0;
  #busyUntil = 0;
  #frameAt = 0;
  #toldTick = -1;

  constructor(weather: Weather) {
    this.#weather = weather;
    this.#random = seededRandom(seedOf(weather.seed));
    const delay = (): number => weather.latency + this.#random.int(weather.jitter + 1);
    this.#toServer = new Line(delay);
    this.#toClient = new Line(delay);
    this.#begin();
    this.own = new OwnBoard(this.#link(), this.clock, () => this.now);
  }

  get view(): TetrisView {
    return this.#engine.view(null).game!;
  }

  get isOver(): boolean {
    return this.view.phase === 'over';
  }

  /** Lets time pass, until the match is over; these keys play. */
  async run(ms: number, keys: Keys = this.keys): Promise<void> {
    for (const end = this.now + ms; this.now < end && !this.isOver;) {
      this.now++;
      const { serverPauses, pagePauses, pauseMs } = this.#weather;
      if (this.#random.int(100_000) < serverPauses) this.#busyUntil = this.now + pauseMs;
      if (this.#random.int(100_000) < pagePauses) this.#frameAt = this.now + pauseMs;
      if (this.now >= this.#busyUntil) this.#serve();
      for (const act of this.#toClient.arrived(this.now)) act();
      await promisesKept();
      if (this.now % 1000 === 1) this.#ping();
      if (this.now >= this.#frameAt) this.#frame(keys);
    }
    // lets the test's own timers have their turn
    await new Promise((resume) => setImmediate(resume));
  }

  /** From now on nothing stands still. */
  clearUp(): void {
    this.#weather = { ...this.#weather, serverPauses: 0, pagePauses: 0 };
  }

  /** What the client sends does not arrive, nor what the server tells. */
  loseConnection(): void {
    this.#isConnected = false;
  }

  returnToMatch(): void {
    this.#isConnected = true;
    this.clock.forget();
    this.own.ask();
  }

  /** Time passes without frames. */
  async sleep(ms: number): Promise<void> {
    this.#frameAt = this.now + ms + 1;
    await this.run(ms);
  }

  /** Keys struck as they come. */
  get fumbling(): Keys {
    const { keys } = this;
    const random = this.#random;
    return {
      get isPending() {
        return keys.isPending;
      },
      take(isSoft) {
        const key = struckKeys[random.int(struckKeys.length)]!;
        const chance = random.int(100);
        if (chance < 12) keys.press(key);
        else if (chance < 24) keys.release(key);
        else if (chance < 26) keys.press('hardDrop');
        return keys.take(isSoft);
      },
    };
  }

  /** A player who sees the predicted board and plays well, though not as well as the bot. */
  get skilled(): Keys {
    return {
      isPending: false,
      take: () => {
        const { prediction } = this.own;
        if (prediction === null) return 0;
        const [command] = tetrisRules.bot(visible(prediction), 0, 'medium', prediction.tick);
        return (command?.payload as InputData | undefined)?.actions ?? 0;
      },
    };
  }

  /** The client's board at the server, as it was at the client's tick. */
  get serverBoard(): BoardView {
    return this.#boards.get(this.own.tick)!;
  }

  #begin(): void {
    const setup = setupOf('tetris', { ...options });
    this.#engine.open(null, [
      { n: 1, t: 0, type: 'create', seat: null, data: { ...setup, seed: seedOf(this.#weather.seed) } },
    ]);
    const command = { kind: 'command', t: 0, seat: 0 } as const;
    this.#engine.handle([
      { kind: 'seat', t: 0, change: { type: 'sit', account: 'ann' } },
      { ...command, id: 'bot', name: 'add_bot', payload: { strength: 'strong' } },
      { ...command, id: 'ready', name: 'ready', payload: { ready: true } },
    ]);
  }

  #link() {
    const isConnected = (): boolean => this.#isConnected;
    return {
      get isOpen() {
        return isConnected();
      },
      input: (tick: number, actions: number) => {
        this.sent.push({ tick, actions });
        this.#toServer.send({ tick, actions }, this.now);
      },
      sync: () => new Promise<Synced>((answer) => this.#toServer.send({ answer }, this.now)),
    };
  }

  #ping(): void {
    const at = this.now;
    this.#toServer.send({ pong: () => this.clock.pinged(this.now - at) }, at);
  }

  #frame(keys: Keys): void {
    this.#frameAt = this.now + frameMs - 1 + this.#random.int(3);
    this.own.frame(keys);
  }

  #serve(): void {
    for (const message of this.#toServer.arrived(this.now)) this.#receive(message);
    if (this.now < this.#serverAt + frameMs) return;
    const late = Math.floor((this.now - this.#serverAt) / frameMs);
    for (let made = 0; made < Math.min(late, 15); made++) this.#tick();
    this.#serverAt += late * frameMs;
    this.#tell();
  }

  #receive(message: ToServer): void {
    if ('pong' in message) return this.#toClient.send(message.pong, this.now);
    if ('answer' in message) {
      const { tick, boards, options } = structuredClone(this.view);
      return this.#toClient.send(() => message.answer({ tick, options, board: boards[0]! }), this.now);
    }
    const { tick } = message;
    const command = {
      kind: 'command',
      t: Math.round(this.now),
      seat: 0,
      id: String(tick),
      name: 'input',
    } as const;
    const [outcome] = this.#engine.handle([{ ...command, payload: message }]).outcomes;
    if (!outcome!.ok) this.#toClient.send(() => this.own.refused(tick), this.now);
  }

  #tick(): void {
    this.#engine.handle([{ kind: 'tick', t: Math.round(this.now) }]);
    this.#boards.set(this.view.tick, this.view.boards[0]!);
  }

  #tell(): void {
    mirrorTetris(this.#table, this.view, () => false);
    const { placed, lockHash, piece, hold, score, next, garbage } = this.#table.seats[0]!;
    const seat: OwnSeat = { placed, lockHash, piece, hold, score, next, garbage };
    const { tick } = this.#table;
    const isNews = tick !== this.#toldTick;
    this.#toldTick = tick;
    this.#toClient.send(() => {
      if (!this.#isConnected) return;
      this.own.hear(seat, isNews ? tick : null);
    }, this.now);
  }
}

/** An answer passes through a few promises. */
async function promisesKept(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await Promise.resolve();
}

const seedOf = (seed: number): string => seed.toString(16).padStart(8, '0').repeat(4);
