/**
 * Verifies in a thread of its own: a long match takes tens of milliseconds, which the ticks of others would feel. One
 * match at a time; the thread begins with the first, and again after one that it did not survive.
 */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ApiError } from '../http/errors.ts';
import type { Entry } from '../match/engine.ts';
import { unknownVersion } from './engines.ts';
import type { MatchLog } from './match-log.ts';
import type { Verdict } from './verify.ts';

/** To the thread: a part of the log, or all that goes with it; then there is a reply. */
export type ToVerifier =
  | { readonly entries: readonly Entry[] }
  | { readonly header: MatchLog['header']; readonly hashes: MatchLog['hashes'] };
export type FromVerifier =
  | { readonly verdict: Verdict | null }
  /** What no log should bring about: an error of this server. */
  | { readonly fault: string };

export interface VerifierOptions {
  /** A module that exports `games`, a list of PlayedGame. */
  readonly games: URL;
  readonly longestMs?: number;
}

/** Handed to the thread at a stretch: copying so many takes well under a millisecond. */
const partEntries = 500;

export class Verifier {
  readonly #games: URL;
  readonly #longestMs: number;
  #worker: Worker | null = null;
  /** Of what the thread died. */
  #fault: unknown = null;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor({ games, longestMs = 25_000 }: VerifierOptions) {
    this.#games = games;
    this.#longestMs = longestMs;
  }

  /** Throws ApiError 409 `replay/unknown_version`, 503 `replay/busy` (it is closed) and `replay/too_long`. */
  verify(log: MatchLog): Promise<Verdict> {
    const turn = this.#last.then(() => this.#run(log));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Ends the thread at once; what it was at rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  async #run(log: MatchLog): Promise<Verdict> {
    if (this.#isClosed) throw busy();
    const worker = (this.#worker ??= this.#start());
    const tooLong = setTimeout(() => void worker.terminate(), this.#longestMs);
    worker.ref();
    try {
      const [{ verdict }] = await Promise.all([this.#reply(worker), send(worker, log)]);
      if (!verdict) throw unknownVersion(log.header);
      return verdict;
    } finally {
      // an idle thread holds up nobody's end
      worker.unref();
      clearTimeout(tooLong);
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL('./verifier-worker.ts', import.meta.url), {
      workerData: this.#games.href,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    worker.on('error', (error) => (this.#fault = error));
    worker.on('exit', () => (this.#worker = null));
    return worker;
  }

  /** The next reply; rejects where the thread ends before. */
  #reply(worker: Worker): Promise<Extract<FromVerifier, { verdict: unknown }>> {
    const { promise, resolve, reject } = Promise.withResolvers<Extract<FromVerifier, { verdict: unknown }>>();
    const onExit = (): void => {
      reject(this.#fault ?? new ApiError(503, 'replay/too_long', 'this match could not be verified in time'));
      this.#fault = null;
    };
    worker.once('exit', onExit);
    worker.once('message', (reply: FromVerifier) => {
      worker.off('exit', onExit);
      if ('verdict' in reply) resolve(reply);
      else reject(new Error(reply.fault));
    });
    return promise;
  }
}

async function send(worker: Worker, { header, hashes, entries }: MatchLog): Promise<void> {
  const post = (message: ToVerifier): void => worker.postMessage(message);
  for (let at = 0; at < entries.length; at += partEntries) {
    post({ entries: entries.slice(at, at + partEntries) });
    await letOthersRun();
  }
  post({ header, hashes });
}

export function busy(): ApiError {
  return new ApiError(503, 'replay/busy', 'many matches are being verified; ask again in a moment');
}
