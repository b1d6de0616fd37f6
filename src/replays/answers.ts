/** What replays answer over HTTP, as schemas: for the OpenAPI document, the client's types, and the tests of both. */
import { z } from 'zod';
import type { Verified } from './verification.ts';

const seat = z.int().min(0);
const n = z.int().min(1).meta({ description: 'The place of the entry in the log.' });
const t = z.int().min(0).meta({ description: 'Match time, in milliseconds.' });

const header = z.strictObject({
  kind: z.literal('match'),
  id: z.uuid(),
  game: z.string(),
  version: z.string(),
  options: z.record(z.string(), z.unknown()),
  seed: z.string(),
  mode: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  players: z.array(
    z.strictObject({
      seat,
      accountId: z.string().nullable(),
      placement: z.int().min(1),
      score: z.int(),
      durationMs: z.int().min(0),
      stats: z.record(z.string(), z.number()),
    }),
  ),
  verified: z.boolean().nullable(),
  flaw: z.string().nullable(),
  events: z.enum(['recorded', 'derived', 'none']).meta({ description: 'Where its events are from.' }),
});

const happened = { n, t, type: z.string(), seat: seat.nullable(), data: z.unknown() };
const entry = z.strictObject({ kind: z.literal('entry'), ...happened });
const event = z.strictObject({ kind: z.literal('event'), ...happened });
const moment = z.strictObject({
  kind: z.literal('moment'),
  ...happened,
  number: z.int().min(1),
  at: z.int().meta({ description: 'Wall time, in milliseconds since 1970.' }),
});

const count = z.int().min(0);
const end = z.strictObject({ kind: z.literal('end'), entries: count, events: count, moments: count });

/** One line of a replay: first a `match`, last an `end`. */
export const replayLine = z
  .discriminatedUnion('kind', [header, entry, event, moment, end])
  .meta({ id: 'ReplayLine' });

export const verifiedMatch = z
  .strictObject({
    verified: z
      .boolean()
      .nullable()
      .meta({ description: 'Null where there is no play: a result as it was claimed.' }),
    entries: count,
    hashes: count.meta({ description: 'Hashes of states that were compared.' }),
    flaw: z.string().exactOptional().meta({ description: 'What is wrong, where something is.' }),
  })
  .meta({ id: 'Verified' }) satisfies z.ZodType<Verified>;
