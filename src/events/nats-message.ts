/**
 * A message of the stream in NATS: JSON that everyone may read, described in SPEC.md. Records are spliced in as the texts
 * that stand in the database, so that publishing them parses nothing.
 */
import { z } from 'zod';
import { isUuid } from '../match/uuid.ts';
import type { Moment, Published } from './event-stream.ts';
import { NatsStreamError } from './nats-error.ts';
import type { Kind } from './nats-stream.ts';
import { type RecordRow, encodeEntries, encodeEvents, entriesOf, eventsOf } from './record.ts';

const VERSION = 1;
/** More is never taken for ours. Servers allow 1 MiB unless they are told otherwise. */
export const MOST_BYTES = 8 * 1024 * 1024;

/** A record or a moment as it goes into a message: what of it must be known, and its JSON. */
export interface Part {
  readonly matchId: string;
  readonly tenantId: string;
  readonly game: string;
  readonly epoch: number;
  /** Its place in the match's log of this kind, and how many places it takes. */
  readonly n: number;
  readonly count: number;
  readonly json: string;
}

/** What a message says, checked. */
export interface Message<T> {
  readonly tenantId: string;
  readonly game: string;
  readonly items: readonly T[];
}

export function partOfRow(row: RecordRow): Part {
  const { match_id, tenant_id, game, epoch, n, entry_count, at, entries, events } = row;
  const json = `{"n":${n},"epoch":${epoch},"at":${at},"entries":${entries},"events":${events ?? '[]'}}`;
  return { matchId: match_id, tenantId: tenant_id, game, epoch, n, count: entry_count, json };
}

export function partOfRecord({ matchId, tenantId, ...record }: Published): Part {
  return partOfRow({
    ...record,
    match_id: matchId,
    tenant_id: tenantId,
    entry_count: record.entries.length,
    at: String(record.at),
    entries: encodeEntries(record.entries),
    events: encodeEvents(record.n, record.events),
  });
}

export function partOfMoment({ matchId, tenantId, game, ...moment }: Moment): Part {
  const { number, n, t, at, type, seat, data = null } = moment;
  const json = JSON.stringify({ number, n, t, at, type, seat, data });
  return { matchId, tenantId, game, epoch: 0, n: number, count: 1, json };
}

/** Parts of one match that follow each other, as one message. */
export function encodeMessage(kind: Kind, parts: readonly Part[]): Uint8Array {
  const { matchId, tenantId, game } = parts[0]!;
  const head = JSON.stringify({ v: VERSION, match: matchId, tenant: tenantId, game });
  const list = kind === 'events' ? 'records' : 'moments';
  return Buffer.from(`${head.slice(0, -1)},"${list}":[${parts.map(({ json }) => json).join(',')}]}`);
}

// what a database of ours could not hold would hold up all who read it
const MOST_INT = 2_147_483_647;
const word = z
  .string()
  .max(64)
  .regex(/^[^\0]*$/);
const place = z.int().min(1).max(MOST_INT);
const time = z.int().min(0);
const seat = z.int().min(0).max(32_767).nullable();
const entry = z.tuple([z.number(), z.string(), seat, z.string().nullable(), z.unknown()]);
const event = z.tuple([z.int().min(0), time, z.string(), seat, z.unknown()]);
const record = z
  .object({
    n: place,
    epoch: z.int().max(MOST_INT),
    at: time,
    entries: z.array(entry).min(1),
    events: z.array(event),
  })
  .refine(({ entries, events }) => events.every(([offset]) => offset < entries.length));
const moment = z.object({
  number: place,
  n: place,
  t: time,
  at: time,
  type: word,
  seat,
  data: z.unknown(),
});
const head = { match: z.string().refine(isUuid), tenant: word, game: word };
const recordsMessage = z.object({ ...head, records: z.array(record).min(1) });
const momentsMessage = z.object({ ...head, moments: z.array(moment).min(1) });

/** The records of a message on a match's subject. Throws NatsStreamError for whatever is not one of ours. */
export function decodeRecords(matchId: string, data: Uint8Array): Message<Published> {
  const { match, tenant, game, records } = parse(recordsMessage, data);
  refuseForeign(matchId, match);
  const items = records.map(({ n, epoch, at, entries, events }): Published => ({
    matchId,
    tenantId: tenant,
    game,
    epoch,
    n,
    at,
    entries: entriesOf(n, entries),
    events: eventsOf(n, events),
  }));
  refuseHoles(items.map(({ n, entries }) => [n, n + entries.length]));
  return { tenantId: tenant, game, items };
}

/** The moments of a message on a match's subject. */
export function decodeMoments(matchId: string, data: Uint8Array): Message<Moment> {
  const { match, tenant, game, moments } = parse(momentsMessage, data);
  refuseForeign(matchId, match);
  const items = moments.map((m): Moment => ({ ...m, data: m.data ?? null, matchId, tenantId: tenant, game }));
  return { tenantId: tenant, game, items };
}

/** All of a match is of one tenant: that of its first message. */
export function refuseOtherTenant({ tenantId }: Message<unknown>, expected: string | undefined): void {
  if (expected !== undefined && tenantId !== expected)
    throw new NatsStreamError('stream/foreign', 'it is of another tenant than its match');
}

function parse<T>(schema: z.ZodType<T>, data: Uint8Array): T {
  if (data.length > MOST_BYTES)
    throw new NatsStreamError('stream/oversized', `it has ${data.length} bytes, and ${MOST_BYTES} is most`);
  const json = parseJson(data);
  const version = typeof json === 'object' && json !== null && 'v' in json ? json.v : undefined;
  if (typeof version === 'number' && version !== VERSION)
    throw new NatsStreamError('stream/version', `it is of version ${version}, and only ${VERSION} is known`);
  const parsed = schema.safeParse(json);
  if (version === VERSION && parsed.success) return parsed.data;
  const path = parsed.error?.issues[0]?.path.join('.') ?? 'v';
  throw new NatsStreamError('stream/malformed', `it is no message of this stream: ${path} is wrong`);
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.length).toString());
  } catch {
    // the parser's own message quotes what may be a secret
    throw new NatsStreamError('stream/malformed', 'it is no JSON, or was cut off');
  }
}

function refuseForeign(matchId: string, match: string): void {
  if (match !== matchId)
    throw new NatsStreamError('stream/foreign', 'it is about another match than its subject');
}

function refuseHoles(spans: readonly (readonly [n: number, end: number])[]): void {
  const hole = spans.find(([n], i) => i > 0 && n !== spans[i - 1]![1]);
  if (hole) throw new NatsStreamError('stream/gap', `entry ${hole[0]} does not follow the one before it`);
}
