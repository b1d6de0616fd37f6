import { parentPort } from 'node:worker_threads';
import type { Entry, Handled, Input, Outcome, Standing } from '../../../src/match/engine.ts';

/** A list that seats append words to; five end it. */
let state = { n: 0, t: 0, words: [] as string[] };

const standing = (): Standing => {
  const result =
    state.words.length >= 5
      ? { players: [{ seat: 0, account: 'a', placement: 1, score: 5, stats: {} }] }
      : null;
  return { n: state.n, wakeAt: null, result };
};

const apply = ({ n, t, type, data }: Entry): void => {
  state = { n, t, words: type === 'word' ? [...state.words, (data as { word: string }).word] : state.words };
};

const calls = {
  open(checkpoint: string | null, entries: readonly Entry[]): Standing {
    if (checkpoint) state = JSON.parse(checkpoint) as typeof state;
    entries.forEach(apply);
    return standing();
  },
  handle(batch: readonly Input[]): Handled {
    const entries: Entry[] = [];
    const outcomes = batch.map((input): Outcome => {
      if (input.kind !== 'command') return { ok: true, n: state.n };
      if (input.name === 'die') process.exit(1);
      if (input.name === 'throw') throw new Error('this game has a bug');
      if (input.name !== 'word') return { ok: false, code: 'words/none', message: 'say a word' };
      const { seat, id, payload } = input;
      const entry: Entry = {
        n: state.n + 1,
        t: Math.max(input.t, state.t),
        type: 'word',
        seat,
        id,
        data: payload,
      };
      entries.push(entry);
      apply(entry);
      return { ok: true, n: state.n };
    });
    return { entries, events: [], outcomes, ...standing() };
  },
  view: (): unknown => state,
  checkpoint: (): string => JSON.stringify(state),
};

parentPort!.on('message', ({ id, name, args }: { id: number; name: keyof typeof calls; args: never[] }) => {
  try {
    parentPort!.postMessage({ id, value: (calls[name] as (...all: never[]) => unknown)(...args) });
  } catch (error) {
    parentPort!.postMessage({ id, error: (error as Error).message });
  }
});
