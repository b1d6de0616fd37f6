/**
 * The body of an error, in one of three forms: the envelope; `application/problem+json` (RFC 9457) for who asks for it;
 * and `{code, error}` in matchmaking, which the SDK reads. Whatever way an error goes out, it passes here.
 */
import { STATUS_CODES } from 'node:http';
import { envelopeOf, type PublicError } from './errors.ts';
import { type Current, currentRequest } from './request-context.ts';
import { matchmakingPattern } from './route.ts';
import { pathOf } from './target.ts';

export interface ErrorBody {
  readonly type: string;
  readonly text: string;
}

/** Of the request that is being answered; whoever watches it learns the code. */
export function errorBody(error: PublicError): ErrorBody {
  const current = currentRequest();
  noteRefusal(error.code);
  if (current && wantsProblem(current)) return body('application/problem+json', problemOf(error, current));
  if (current?.seen.route.pattern === matchmakingPattern)
    return body('application/json', { code: error.status, error: `${error.code}: ${error.message}` });
  return body('application/json', envelopeOf(error));
}

/** For what answers with a code in a form of its own. */
export function noteRefusal(code: string): void {
  const current = currentRequest();
  if (current) current.seen.refusedWith = code;
}

const body = (type: string, content: object): ErrorBody => ({ type, text: JSON.stringify(content) });

function problemOf({ status, code, message }: PublicError, { seen: { id, request } }: Current): object {
  const title = STATUS_CODES[status] ?? 'Error';
  const instance = pathOf(request.url);
  return { type: 'about:blank', title, status, detail: message, instance, code, request_id: id };
}

/** Whoever names it wants it, unless it prefers plain JSON by its weights. */
export function wantsProblem({ seen: { request } }: Current): boolean {
  const { accept } = request.headers;
  if (accept === undefined) return false;
  const weight = weightOf(accept, 'application/problem+json');
  return weight > 0 && weight >= weightOf(accept, 'application/json');
}

function weightOf(accept: string, type: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim());
    if (name !== type) continue;
    const weight = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
    return Number.isNaN(weight) ? 0 : weight;
  }
  return 0;
}
