/** Errors of the router's endpoints as responses: one envelope, whichever way they come out of the router. */
import type { Log } from '../ops/logger.ts';
import { asPublic, envelopeOf, errorOfStatus, headersOf, internalError, type PublicError } from './errors.ts';

export function errorResponse(error: PublicError): Response {
  return Response.json(envelopeOf(error), { status: error.status, headers: headersOf(error) });
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

/** For what the router answers by itself (nothing found, `ctx.error` in a handler): the same envelope around it. */
export async function onResponse(response: Response): Promise<Response | undefined> {
  if (response.status < 400) return undefined;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  // Ours, or matchmaking's `{code, error}`, which the SDK reads.
  if (typeof body === 'object' && body !== null && 'error' in body) return undefined;
  const { message } = (body ?? {}) as { message?: unknown };
  return errorResponse(errorOfStatus(response.status, typeof message === 'string' ? message : undefined));
}
