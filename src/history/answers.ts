/** What history answers over HTTP, as schemas: for the OpenAPI document, the client's types, and the tests of both. */
import { z } from 'zod';
import type { HistoryMatchInFull, HistoryMoment, HistoryPlayer, Page } from './reader.ts';

const seat = z.int().min(0);
const date = z.iso.datetime();

const player = z
  .strictObject({
    seat,
    accountId: z.string().nullable().meta({ description: 'Null for a bot.' }),
    placement: z.int().min(1).meta({ description: '1 is the best; joint winners share it.' }),
    score: z.int(),
    durationMs: z.int().min(0).meta({ description: 'Match time, in milliseconds.' }),
    stats: z
      .record(z.string(), z.number())
      .meta({ description: "The game's own figures, by its own names." }),
  })
  .meta({ id: 'Player' }) satisfies z.ZodType<HistoryPlayer>;

const moment = z
  .strictObject({
    number: z.int().min(1).meta({ description: '1, 2, 3 … in its match.' }),
    type: z.string(),
    seat: seat.nullable(),
    n: z.int().min(1).meta({ description: 'The entry of the log that it belongs to.' }),
    t: z.int().min(0).meta({ description: 'Match time, in milliseconds.' }),
    at: z.int().meta({ description: 'Wall time, in milliseconds since 1970.' }),
    data: z.unknown().meta({ description: "The game's own." }),
  })
  .meta({ id: 'Moment' }) satisfies z.ZodType<HistoryMoment>;

const match = z
  .strictObject({
    id: z.uuid(),
    game: z.string(),
    mode: z.string(),
    playerCount: z.int().min(1),
    tournamentId: z.guid().nullable(),
    startedAt: date,
    endedAt: date,
    players: z.array(player),
    verified: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether playing it again gave the same; null where nobody has.' }),
    moments: z.array(z.strictObject({ type: z.string(), seat: seat.nullable() })),
  })
  .meta({ id: 'Match' });

export const matchInFull = match
  .extend({
    flaw: z.string().nullable().meta({ description: 'What was wrong when it was played again.' }),
    moments: z.array(moment),
  })
  .meta({ id: 'MatchInFull' }) satisfies z.ZodType<HistoryMatchInFull>;

export const page = z
  .strictObject({
    items: z.array(match).meta({ description: 'The latest start first.' }),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: 'For the next page; null where this is the last.' }),
  })
  .meta({ id: 'MatchPage' }) satisfies z.ZodType<Page>;
