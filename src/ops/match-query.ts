/** What an operator may ask the list of matches for; checked at the edge. */
import { z } from 'zod';
import { ApiError } from '../http/errors.ts';

const name = z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . : -');
const digits = z
  .string()
  .regex(/^\d{1,3}$/, 'must be a whole number')
  .transform(Number);

const schema = z.strictObject({
  game: name.optional(),
  phase: z.enum(['lobby', 'playing', 'over']).optional(),
  tenant: name.optional(),
  /** The id of the last match of the page before. */
  cursor: z.uuid().optional(),
  limit: digits.pipe(z.int().min(1).max(100)).default(50),
});

export type MatchQuery = z.output<typeof schema>;

/** Throws ApiError 400 `monitor/bad_query`. */
export function parseMatchQuery(raw: unknown): MatchQuery {
  const { data, error } = schema.safeParse(raw);
  if (data) return data;
  const [issue] = error.issues;
  throw new ApiError(400, 'monitor/bad_query', `${issue?.path.join('.') || 'query'}: ${issue?.message}`);
}
