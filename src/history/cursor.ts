/** Where a page ends: opaque to clients, who only give it back. */
import { isUuid } from '../match/uuid.ts';
import { HistoryError } from './history-error.ts';

/** Place of a match in the order of the list. */
export interface Position {
  /** Wall time in milliseconds. */
  readonly startedAt: number;
  readonly id: string;
}

export function formatCursor({ startedAt, id }: Position): string {
  return Buffer.from(`${startedAt} ${id}`).toString('base64url');
}

/** Throws HistoryError `history/bad_cursor` for what `formatCursor` has not made. */
export function parseCursor(cursor: string): Position {
  const [startedAt = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(' ');
  const position = { startedAt: Number(startedAt), id };
  // 13 digits reach to the year 2286; written again it must be the same, so no other text passes
  if (/^\d{1,13}$/.test(startedAt) && isUuid(id) && formatCursor(position) === cursor) return position;
  throw new HistoryError(
    'history/bad_cursor',
    'give back the nextCursor of a page as it is, or leave the cursor out to begin anew',
  );
}
