/** Why history doesn't answer: SPEC.md says when. */
const statusOf = {
  'history/bad_query': 400,
  'history/bad_cursor': 400,
  'history/not_found': 404,
  'history/not_over': 409,
  // a log or a replay record that this server can't have written: trying again does not help
  'history/bad_log': 500,
} as const;

export type HistoryCode = keyof typeof statusOf;

export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  readonly code: HistoryCode;
  /** Of HTTP. */
  readonly status: number;
  constructor(code: HistoryCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = statusOf[code];
  }
}
