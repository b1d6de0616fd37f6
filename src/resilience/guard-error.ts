/** Why a guard gave no answer of the dependency: fit for a client, who learns when it is worth trying again. */
export type GuardCode = 'resilience/unavailable' | 'resilience/overloaded' | 'resilience/timeout';

const messages: Readonly<Record<GuardCode, string>> = {
  'resilience/unavailable': 'Something that this needs does not answer now: try again in a moment.',
  'resilience/overloaded': 'Too much is being done already: try again in a moment.',
  'resilience/timeout': 'Something that this needs took too long: try again in a moment.',
};

export class GuardError extends Error {
  override readonly name = 'GuardError';
  readonly status = 503;
  readonly code: GuardCode;
  /** Of the guard: for the log, since the message goes to clients. */
  readonly guard: string;
  /** Seconds. */
  readonly retryAfter: number;

  /** `cause`: the latest failure of the dependency, by which it is recognised as an outage of it. */
  constructor(code: GuardCode, guard: string, retryAfter: number, cause?: unknown) {
    super(messages[code], cause === undefined ? undefined : { cause });
    this.code = code;
    this.guard = guard;
    this.retryAfter = retryAfter;
  }
}
