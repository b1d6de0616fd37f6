/** Why a match can't be shown again; SPEC.md says when. */
const statusOf = {
  // its result was reported, and its play never recorded
  'replay/not_played': 409,
  'replay/too_many': 429,
  // a log that no server can have written: trying again does not help
  'history/bad_log': 422,
} as const;

export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  readonly code: keyof typeof statusOf;
  /** Of HTTP. */
  readonly status: number;
  constructor(code: keyof typeof statusOf, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = statusOf[code];
  }
}

export const badLog = (why: string, cause?: unknown): ReplayError =>
  new ReplayError('history/bad_log', `this log can't be played: ${why}`, cause);

/** Whether trying again is of no use. */
export const isBadLog = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'history/bad_log';
