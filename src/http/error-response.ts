/** Errors of the router's endpoints as responses: one form, whichever way they come out of the router. */
import type { Log } from '../ops/logger.ts';
import { errorBody, noteRefusal, wantsProblem } from './error-body.ts';
import { asPublic, errorOfStatus, headersOf, internalError, type PublicError } from './errors.ts';
import { currentRequest } from './request-context.ts';

export function errorResponse(error: PublicError): Response {
  const { type, text } = errorBody(error);
  return new Response(text, { status: error.status, headers: { ...headersOf(error), 'Content-Type': type } });
}

/** For what an endpoint throws. Redirects of the router are thrown too: they are no errors, and left to it. */
export function onError(log: Log) {
  return (error: unknown): Response | undefined => {
    const refused = asPublic(error) ?? ofRouter(error);
    if (refused && refused.status < 400) return undefined;
    if (!refused || refused === internalError) log.error({ error }, 'an endpoint failed');
    return errorResponse(refused ?? internalError);
  };
}

/** The router's own error: invalid input, and whatever `ctx.error` made. */
function ofRouter(error: unknown): PublicError | null {
  if (!(error instanceof Error) || error.name !== 'APIError') return null;
  const { statusCode: status, body } = error as Error & { statusCode: number; body?: { code?: unknown } };
  if (status < 400) return { status, code: '', message: '' };
  if (body?.code === 'VALIDATION_ERROR') return { status: 400, code: 'http/invalid', message: error.message };
  return errorOfStatus(status, error.message || undefined);
}

/** For what the router answers by itself (nothing found, `ctx.error` in a handler): the same form. */
export async function onResponse(response: Response): Promise<Response | undefined> {
  if (response.status < 400 || response.headers.get('content-type') === 'application/problem+json')
    return undefined;
  const body = await bodyOf(response);
  const { error, message } = body;
  if (typeof error === 'string') return ofMatchmaking(response.status, error);
  if (typeof error !== 'object')
    return errorResponse(errorOfStatus(response.status, typeof message === 'string' ? message : undefined));
  // ours already
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') noteRefusal(code);
  return undefined;
}

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

/** `{code, error}` is what the SDK reads; `code: message` of ours, or a text of Colyseus' own. */
function ofMatchmaking(status: number, error: string): Response | undefined {
  const [, code = `matchmake/${status}`, message = error] = /^([a-z_/]+): (.*)$/s.exec(error) ?? [];
  const current = currentRequest();
  if (current && wantsProblem(current)) return errorResponse({ status, code, message });
  noteRefusal(code);
  return undefined;
}
