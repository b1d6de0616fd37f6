/** Why history doesn't answer, with the status of HTTP that fits: SPEC.md says when. */
export const historyStatus = {
  'history/bad_query': 400,
  'history/bad_cursor': 400,
  'history/not_found': 404,
  'history/not_over': 409,
  /** A log or a replay record that can't be what this server wrote: retrying does not help. */
  'history/bad_log': 500,
} as const;

export type HistoryCode = keyof typeof historyStatus;

export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly code: HistoryCode;
  constructor(code: HistoryCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
