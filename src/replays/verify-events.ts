/** What the events of a play that is played again are held against. */
import type { Entry, MatchEvent, Result } from '../match/engine.ts';
import { stateHashEvent } from '../match/table-engine.ts';
import { Flaw } from './flaw.ts';
import type { StateHash } from './match-log.ts';

/** Sees each entry with what followed from it, and then the end; throws Flaw. */
export interface Witness {
  see(entry: Entry, events: readonly MatchEvent[], result: Result | null): void;
  end(n: number): void;
}

/** Every hash that was recorded is found at its place, and every one that is found was recorded. */
export class HashWitness implements Witness {
  readonly #recorded: readonly StateHash[];
  #found = 0;

  constructor(recorded: readonly StateHash[]) {
    this.#recorded = recorded;
  }

  see(_entry: Entry, events: readonly MatchEvent[]): void {
    if (this.#recorded.length === 0) return;
    for (const { n, type, data } of events)
      if (type === stateHashEvent) this.#compare(n, (data as { hash: string }).hash);
  }

  end(n: number): void {
    const left = this.#recorded[this.#found];
    if (left) throw new Flaw('hash', Math.min(left.n, n), 'a state was recorded where there is none');
  }

  #compare(n: number, hash: string): void {
    const recorded = this.#recorded[this.#found++];
    if (recorded?.n !== n) throw new Flaw('hash', n, 'the states were recorded at other places');
    if (recorded.hash !== hash) throw new Flaw('hash', n, 'it leads to another state than was recorded');
  }
}

/** In a tick-based game an elimination is an entry right where it happens, and nowhere else. */
export class EliminationWitness implements Witness {
  readonly #isTickBased: boolean;
  readonly #untold: (number | null)[] = [];

  constructor(hz: number | undefined) {
    this.#isTickBased = hz !== undefined;
  }

  see({ n, type, seat }: Entry, events: readonly MatchEvent[]): void {
    if (!this.#isTickBased) return;
    for (const event of events) if (event.type === 'elimination') this.#untold.push(event.seat);
    if (type === 'eliminated') {
      if (this.#untold.shift() !== seat) throw new Flaw('play', n, `seat ${seat} was not eliminated there`);
    } else if (this.#untold.length > 0) throw new Flaw('play', n, 'an elimination has no entry before it');
  }

  end(): void {}
}
