/** What a caller may ask the list for, over HTTP (all text) and as a room message (numbers too); checked at the edge. */
import { z } from 'zod';
import { isUuid } from '../match/uuid.ts';
import { parseCursor, type Position } from './cursor.ts';
import { HistoryError } from './history-error.ts';

const name = z.string().regex(/^[a-z0-9_-]{1,64}$/, 'must be 1 to 64 of a-z 0-9 _ -');
const account = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . : -');

/** A date alone is its midnight in UTC. */
const date = z
  .union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'must be an ISO date, such as 2026-11-20 or 2026-11-20T08:30:00Z',
  )
  .transform((text) => new Date(text))
  .refine((day) => day.getTime() >= 0 && day.getUTCFullYear() < 10_000, 'must lie between 1970 and 9999');

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const digits = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number);
const limit = z.union([z.int(), digits], 'must be a whole number').pipe(z.int().min(1).max(100));

/** A parameter of HTTP in the document: what its text stands for, without the text. */
const shownAs =
  (schema: object) =>
  ({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void => {
    delete jsonSchema['anyOf'];
    Object.assign(jsonSchema, schema);
  };

export const listQuery = z.strictObject({
  game: name.optional().meta({ example: 'whist' }),
  mode: name.optional(),
  player: account.optional().meta({ description: 'An account that played.' }),
  tournament: z.string().refine(isUuid, 'must be a UUID').optional().meta({ format: 'uuid' }),
  moment: name.optional().meta({ description: 'A type of moment that it has.', example: 'grand_slam' }),
  verified: z
    .union([z.boolean(), flag], 'must be true or false')
    .optional()
    .meta({
      description: 'True: playing it again gave the same; false: it did not.',
      override: shownAs({ type: 'boolean' }),
    }),
  from: date.optional().meta({
    description:
      'It started then or later: a date, which is its midnight in UTC, or a date with time and zone.',
    override: shownAs({ type: 'string', example: '2026-11-20' }),
  }),
  to: date.optional().meta({
    description: 'It started before.',
    override: shownAs({ type: 'string', example: '2026-11-20T08:30:00Z' }),
  }),
  cursor: z.string().max(128).optional().meta({ description: '`nextCursor` of the page before.' }),
  limit: limit
    .default(20)
    .meta({ override: shownAs({ type: 'integer', minimum: 1, maximum: 100, default: 20 }) }),
});

/** As a caller writes it. */
export type ListQueryInput = z.input<typeof listQuery>;

export interface ListQuery {
  readonly game?: string | undefined;
  readonly mode?: string | undefined;
  /** An account that played. */
  readonly player?: string | undefined;
  readonly tournament?: string | undefined;
  /** A type of moment that it has. */
  readonly moment?: string | undefined;
  /** True: playing it again gave the same; false: it did not. */
  readonly verified?: boolean | undefined;
  /** The match started at `from` or later, and before `to`. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** Go on behind this place. */
  readonly after: Position | null;
  readonly limit: number;
}

/** Throws HistoryError `history/bad_query` or `history/bad_cursor`. */
export function parseListQuery(raw: unknown): ListQuery {
  const parsed = listQuery.safeParse(raw);
  if (!parsed.success) throw badQuery(parsed.error);
  const { cursor, ...query } = parsed.data;
  return { ...query, after: cursor === undefined ? null : parseCursor(cursor) };
}

function badQuery({ issues: [issue] }: z.ZodError): HistoryError {
  const where = issue?.path.join('.') || 'query';
  return new HistoryError('history/bad_query', `${where}: ${issue?.message}`);
}
