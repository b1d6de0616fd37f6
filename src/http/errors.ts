/** Errors that a client may see, and the one envelope in which it sees them. */
import { requestId } from './request-context.ts';

/** An error of an endpoint: the client gets status, code and message; the message says what to do next. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Stable, such as `history/not_found`. */
  readonly code: string;
  /** Seconds after which it is worth trying again, where that can be told. */
  readonly retryAfter?: number;
  constructor(status: number, code: string, message: string, retryAfter?: number) {
    super(message);
    this.status = status;
    this.code = code;
    if (retryAfter !== undefined) this.retryAfter = retryAfter;
  }
}

export interface Envelope {
  readonly error: { readonly code: string; readonly message: string; readonly request_id: string };
}

/** What of an error is fit for a client. */
export interface PublicError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly retryAfter?: number;
}

export const internalError: PublicError = {
  status: 500,
  code: 'internal',
  message: 'Something went wrong here. Ask the operator, who finds it in the log by the request id.',
};

/** For what is refused before an endpoint had a say, or by an endpoint that names no code. */
const byStatus: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['http/bad_request', 'The request is not one that this server understands.'],
  401: ['auth/missing', 'A token is needed: send it as Authorization: Bearer <token>.'],
  403: ['http/forbidden', 'This is not allowed with your token.'],
  404: ['http/not_found', 'There is nothing at this address.'],
  405: ['http/method_not_allowed', 'This method is not known here.'],
  408: ['http/timeout', 'The request came too slowly: try again.'],
  413: ['http/too_large', 'The body is too large.'],
  414: ['http/uri_too_long', 'The address is too long.'],
  415: ['http/unsupported_type', 'The body must be JSON: send Content-Type: application/json.'],
  417: ['http/unexpected', 'Nothing but 100-continue can be expected here.'],
  429: ['http/too_many', 'These were too many requests: wait, and try again.'],
  431: ['http/headers_too_large', 'The headers are too many or too large.'],
  503: ['http/unavailable', 'The server is stopping or starting: try again in a moment.'],
};

/** The error for a status, with a better message where there is one. */
export function errorOfStatus(status: number, message?: string): PublicError {
  if (status >= 500 && status !== 503) return internalError;
  const [code, text] = byStatus[status] ?? ['http/refused', 'The request was refused.'];
  return { status, code, message: message ?? text };
}

/** The same to throw: for what the layer itself refuses. */
export function refusalOf(status: number, code?: string, message?: string): ApiError {
  const usual = errorOfStatus(status, message);
  return new ApiError(status, code ?? usual.code, usual.message);
}

/** Errors say themselves that they are public: by a code with a slash, and a status that blames nobody here. */
export function asPublic(error: unknown): PublicError | null {
  const { status, code, message, retryAfter } = (error ?? {}) as Partial<PublicError>;
  const isPublic =
    typeof code === 'string' &&
    /^[a-z_]+\/[a-z_]+$/.test(code) &&
    typeof message === 'string' &&
    typeof status === 'number' &&
    ((status >= 400 && status < 500) || status === 503);
  if (!isPublic) return null;
  return { status, code, message, ...(typeof retryAfter === 'number' && { retryAfter }) };
}

export function envelopeOf({ code, message }: PublicError, id = requestId()): Envelope {
  return { error: { code, message, request_id: id } };
}

/** Headers that go with an error, besides those of its body. */
export function headersOf({ status, retryAfter = 5 }: PublicError): Record<string, string> {
  return {
    ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
    // who floods gets no connection to go on with
    ...(status === 429 && { Connection: 'close' }),
    ...((status === 429 || status === 503) && { 'Retry-After': String(Math.ceil(retryAfter)) }),
  };
}
