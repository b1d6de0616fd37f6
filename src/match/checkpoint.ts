/** A checkpoint of a match: what its host keeps, and the engine's own state behind it. */
import { Outcomes } from './outcomes.ts';

export interface Checkpoint {
  readonly t: number;
  readonly outcomes: Outcomes;
  readonly engine: Uint8Array;
}

/** Layout: uint32 length of the head, the head as JSON, the engine's bytes. */
export function encodeCheckpoint({ t, outcomes, engine }: Checkpoint): Uint8Array {
  const head = Buffer.from(JSON.stringify({ t, outcomes }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, engine]);
}

export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 4 + buffer.readUInt32LE(0);
  const { t, outcomes } = JSON.parse(buffer.toString('utf8', 4, end)) as { t: number; outcomes: [] };
  return { t, outcomes: Outcomes.from(outcomes), engine: buffer.subarray(end) };
}
