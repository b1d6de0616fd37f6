/**
 * What Colyseus alone costs: a room with the whist table and its views, which changes the fields that a move changes,
 * sends the patch and answers. It knows no rules, checks nothing and keeps nothing.
 */
import { type Client, Room } from '@colyseus/core';
import { StateView } from '@colyseus/schema';
import { newTable, type WhistTable } from '../../rooms/whist/state.ts';
import { applyStep, recordScript, type Step } from './script.ts';

/** Several, so that their matches differ as those of the server do. */
const scripts = Array.from({ length: 8 }, (_, i) => recordScript(String(i).padStart(32, '0')));
const turnSeconds = 600;
let made = 0;

export class BareRoom extends Room<{ state: WhistTable }> {
  override state = newTable();
  override maxClients = 4;
  override patchRate = 1_000;
  readonly #script: readonly Step[] = scripts[made++ % scripts.length]!;
  #step = 0;
  #ready = 0;

  override onCreate(): void {
    this.state.origin = Date.now();
    this.state.turnSeconds = turnSeconds;
    this.state.mode = 'casual';
    this.state.host = 0;
    this.onMessage('ready', () => (++this.#ready === 4 ? this.#start() : this.#answer()));
    for (const name of ['bid', 'trump', 'play']) this.onMessage(name, () => this.#next());
  }

  override onJoin(client: Client): void {
    const seat = this.state.seats[this.clients.length - 1]!;
    seat.account = seat.name = client.sessionId;
    seat.connected = seat.ready = true;
    client.view = new StateView();
    client.view.add(seat);
  }

  #start(): { n: number } {
    this.state.phase = 'playing';
    return this.#next();
  }

  #next(): { n: number } {
    applyStep(this.state, this.#script[this.#step++]!);
    this.state.deadline = Math.ceil((Date.now() - this.state.origin) / 1000) + turnSeconds;
    this.broadcastPatch();
    return this.#answer();
  }

  #answer(): { n: number } {
    return { n: 10 + this.#step };
  }
}
