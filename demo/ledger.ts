/** What a server has promised, held against the log that it gives in the end. */
import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../src/match/engine.ts';
import type { Sent } from './guest.ts';

interface Promised extends Sent {
  /** Length of the log when the command was answered. */
  readonly n: number;
}

export interface Balance {
  readonly acknowledged: number;
  /** Promised, and not in the log. */
  readonly lost: number;
  /** In the log, and promised to nobody: a command that counted once more. */
  readonly twice: number;
}

/** Kinds of entries that commands of players make, and nothing else while no bot plays. */
const commands = new Set(['ready', 'bid', 'trump', 'play']);

/** The acknowledged commands of one match. */
export class Ledger {
  readonly #promised = new Map<string, Promised>();

  /** An answer; the same command may be answered again. */
  note(sent: Sent, n: number): void {
    this.#promised.set(sent.id, { ...sent, n });
  }

  /**
   * Each command has one entry of its own, at the place that its answer named. Replays hold no ids of commands; place,
   * seat, kind and content are what must be there, and an entry that no answer names is a command applied twice.
   */
  check(log: readonly Entry[]): Balance {
    const byPlace = new Map(log.map((entry) => [entry.n, entry]));
    const open = new Set(log.filter(({ type }) => commands.has(type)));
    let lost = 0;
    for (const promised of this.#promised.values()) {
      const entry = entryOf(promised, byPlace);
      if (!entry || !open.delete(entry)) lost++;
    }
    return { acknowledged: this.#promised.size, lost, twice: open.size };
  }
}

function entryOf({ n, seat, name, payload }: Promised, log: ReadonlyMap<number, Entry>): Entry | null {
  // the last to get ready also starts the match, by an entry after its own
  const entry = log.get(log.get(n)?.type === 'start' ? n - 1 : n);
  const isIt = entry?.seat === seat && entry.type === name && isDeepStrictEqual(entry.data, payload);
  return isIt ? entry : null;
}
