/** Why no more moments are looked for in a match: its log can't be followed, or its rules fail on it. Trying again does not help. */
export type MomentCode = 'moments/bad_log' | 'moments/bad_rules';

export class MomentError extends Error {
  override readonly name = 'MomentError';
  readonly code: MomentCode;
  constructor(code: MomentCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
