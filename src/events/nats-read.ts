/**
 * The messages of one subject. Each of ours names the sequence of the one before it (the server demands that it is
 * right), so they are fetched from the last one back: what that takes depends on the match alone. A server 2.9 that
 * looks for a subject goes through all messages of the stream from a sequence on, consumer or not.
 */
import type { StoredMsg } from '@nats-io/jetstream';
import type { Session } from './nats-link.ts';

const PREVIOUS = 'Nats-Expected-Last-Subject-Sequence';

export interface Stored {
  readonly seq: number;
  readonly data: Uint8Array;
}

/** In order, up to the last one, from the first that the stream still has, or the last that is `enough`. */
export async function messagesOf(
  { jsm }: Session,
  stream: string,
  subject: string,
  enough: (message: Stored) => boolean,
): Promise<Stored[]> {
  const get = (query: { seq: number; next_by_subj?: string } | { last_by_subj: string }) =>
    jsm.direct.getMessage(stream, query as { seq: number });
  const found: Stored[] = [];
  let message = await get({ last_by_subj: subject });
  while (message) {
    found.push(message);
    if (enough(message)) break;
    const previous = previousOf(message);
    if (previous === undefined) {
      found.push(...(await before(message.seq)));
      break;
    }
    message = previous === 0 ? null : await get({ seq: previous });
    if (message?.subject !== subject) break;
  }
  return found.reverse();

  /** The slow way, from the last one back too: what stands before a message that is not ours. */
  async function before(seq: number): Promise<Stored[]> {
    const earlier: Stored[] = [];
    let next = await get({ seq: 1, next_by_subj: subject });
    while (next && next.seq < seq) {
      earlier.push(next);
      next = await get({ seq: next.seq + 1, next_by_subj: subject });
    }
    return earlier.reverse();
  }
}

/** Undefined where the message doesn't say. */
function previousOf({ header }: StoredMsg): number | undefined {
  const text = header?.get(PREVIOUS);
  return text ? Number(text) : undefined;
}
