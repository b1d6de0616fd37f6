/** Which parts go into an append, and into which messages. */
import { NatsStreamError } from './nats-error.ts';
import type { Part } from './nats-message.ts';

/** Parts are put together up to this size; a larger one is a message of its own. */
const PACKED_BYTES = 64 * 1024;
/** What stands around the parts of a message: headers, and who and what it is about. */
const AROUND_BYTES = 1024;

/** Of one match those that go on from place `next`, each once. `hole` is called for each that leaves places out. */
export function following(parts: readonly Part[], next: number, hole: (part: Part) => void): Part[] {
  const kept: Part[] = [];
  let expected = next;
  for (const part of parts) {
    if (endOf(part) <= expected) continue;
    if (part.n > expected) hole(part);
    kept.push(part);
    expected = endOf(part);
  }
  return kept;
}

/** The place after a part. */
export function endOf({ n, count }: Part): number {
  return n + count;
}

/** Undefined where the server takes a message that holds this part. */
export function refusalOf(part: Part, maxPayload: number): NatsStreamError | undefined {
  const bytes = Buffer.byteLength(part.json) + AROUND_BYTES;
  if (bytes <= maxPayload) return undefined;
  return new NatsStreamError(
    'stream/oversized',
    `match ${part.matchId}: ${part.n} needs a message of ${bytes} bytes, and ${maxPayload} is most (max_payload)`,
  );
}

/** Parts of one match, in order, as what goes into each message: those of one epoch that follow each other. */
export function pack(parts: readonly Part[]): Part[][] {
  const messages: Part[][] = [];
  let bytes = 0;
  for (const part of parts) {
    const size = Buffer.byteLength(part.json) + 1;
    const last = messages.at(-1)?.at(-1);
    bytes += size;
    if (last && bytes <= PACKED_BYTES && endOf(last) === part.n && isAlike(last, part)) {
      messages.at(-1)!.push(part);
    } else {
      messages.push([part]);
      bytes = size;
    }
  }
  return messages;
}

function isAlike(a: Part, b: Part): boolean {
  return a.epoch === b.epoch && a.tenantId === b.tenantId && a.game === b.game;
}
