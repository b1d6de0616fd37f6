/** How far the readers of the stream are behind, in one call: for health's details and the metrics. */
import type { Subscription } from './event-stream.ts';

/** Backlog by the name of the reader: records that it has not handled yet, or null where that can't be told now. */
export type StreamStatus = Readonly<Record<string, number | null>>;

/** An answer later than this is none. */
const PATIENCE_MS = 1_000;

/** Never rejects, and answers within a second: who asks wants to know it in an outage above all. */
export async function streamStatus(
  readers: Readonly<Record<string, Pick<Subscription, 'lag'>>>,
): Promise<StreamStatus> {
  const lags = Object.entries(readers).map(async ([name, reader]) => [name, await lagOf(reader)] as const);
  return Object.fromEntries(await Promise.all(lags));
}

async function lagOf(reader: Pick<Subscription, 'lag'>): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, null);
  });
  const answer = (async () => reader.lag())().catch(() => null);
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
