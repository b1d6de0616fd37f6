/** A match of Tetris and its two clients. What they get is decoded only where somebody looks (`watch`). */
import { Decoder } from '@colyseus/schema';
import { HARD_DROP, MOVE_LEFT, MOVE_RIGHT, ROTATE_CW } from '../../rooms/tetris/actions.ts';
import { addSeats, newTable, type TetrisTable } from '../../rooms/tetris/state.ts';
import { Player } from './player.ts';

const moves = [MOVE_LEFT, MOVE_RIGHT, ROTATE_CW];

export class Duel {
  readonly players: readonly Player[];
  /** As the second client sees it, where the duel is watched. */
  readonly state: TetrisTable = addSeats(newTable(), 2);
  readonly #decoder = new Decoder(this.state);
  readonly #isWatched: boolean;
  #answer: (() => void) | null = null;
  #changed: (() => void) | null = null;
  #steps = 0;

  constructor(port: number, tokens: readonly string[], isWatched: boolean) {
    this.#isWatched = isWatched;
    const heard = {
      state: ({ seat }: Player, bytes: Buffer) => this.#heard(seat, bytes),
      answered: () => {
        this.#answer?.();
        this.#answer = null;
      },
    };
    this.players = tokens.map((token, seat) => new Player(port, token, seat, heard));
  }

  async open(): Promise<void> {
    const [one, two] = this.players;
    await two!.join(await one!.join(null, 'tetris'));
    for (const player of this.players) await this.#ask(player, 'ready', { ready: true });
  }

  /** Four times a second: three moves, and the fourth drops the piece. */
  step(): void {
    const isDrop = ++this.#steps % 4 === 0;
    for (const player of this.players) {
      const actions = isDrop ? HARD_DROP : moves[(this.#steps + player.seat) % moves.length]!;
      player.request('input', { tick: 0, actions });
    }
  }

  /** Moves that never end it: pieces fall by themselves. */
  nudge(): void {
    this.#steps++;
    for (const player of this.players)
      player.request('input', { tick: 0, actions: this.#steps % 2 > 0 ? MOVE_LEFT : MOVE_RIGHT });
  }

  /** Milliseconds from a drop of the first client until the second sees the piece lie. */
  async dropToSight(): Promise<number> {
    const { placed } = this.state.seats[0]!;
    const at = performance.now();
    this.players[0]!.request('input', { tick: 0, actions: HARD_DROP });
    while (this.state.seats[0]!.placed === placed) await new Promise<void>((next) => (this.#changed = next));
    return performance.now() - at;
  }

  #ask(player: Player, name: string, payload: { ready: boolean }): Promise<void> {
    const answered = new Promise<void>((resolve) => (this.#answer = resolve));
    player.request(name, payload);
    return answered;
  }

  #heard(seat: number, bytes: Buffer): void {
    if (!this.#isWatched || seat !== 1) return;
    this.#decoder.decode(bytes, { offset: 1 });
    this.#changed?.();
  }
}
