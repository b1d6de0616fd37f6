/** What can go wrong between us and NATS, and with the messages that lie there. */
export type NatsStreamCode =
  | 'stream/cursor'
  | 'stream/foreign'
  | 'stream/forgotten'
  | 'stream/gap'
  | 'stream/malformed'
  | 'stream/match'
  | 'stream/oversized'
  | 'stream/unavailable'
  | 'stream/version';

export class NatsStreamError extends Error {
  override readonly name = 'NatsStreamError';
  readonly code: NatsStreamCode;
  constructor(code: NatsStreamCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
  }
}

export function unavailable(reason: string, cause?: unknown): NatsStreamError {
  return new NatsStreamError('stream/unavailable', `the stream in NATS can't be used: ${reason}`, cause);
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof NatsStreamError && error.code === 'stream/unavailable';
}

/** Of a message that can't be read: which one, and why. */
export function passedOver(seq: number, reason: unknown): NatsStreamError {
  const { code, message } = reason as NatsStreamError;
  return new NatsStreamError(code, `message ${seq} of the stream is passed over: ${message}`);
}
