/** Runs in the verifier's thread: collects the parts of a log, plays it, and replies. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Entry } from '../match/engine.ts';
import { findEngine, type PlayedGame } from './engines.ts';
import type { FromVerifier, ToVerifier } from './verifier.ts';
import { verifyLog } from './verify.ts';

const port = parentPort!;
const { games } = (await import(workerData as string)) as { games: readonly PlayedGame[] };
let entries: Entry[] = [];

async function handle(message: ToVerifier): Promise<FromVerifier | null> {
  if ('entries' in message) {
    entries.push(...message.entries);
    return null;
  }
  const log = { ...message, entries };
  entries = [];
  const engine = findEngine(games, message.header);
  return { verdict: engine && (await verifyLog(engine, log)) };
}

port.on('message', async (message: ToVerifier) => {
  try {
    const reply = await handle(message);
    if (reply) port.postMessage(reply);
  } catch (error) {
    port.postMessage({ fault: String((error as Error).stack) } satisfies FromVerifier);
  }
});
