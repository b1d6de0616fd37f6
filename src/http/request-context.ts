/** The HTTP request that is being answered, without handing it around: its id, its answer, and who has proved to make it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import type { Principal } from '../auth/principal.ts';
import type { SeenRequest } from './observer.ts';

/** A token that was verified: whom it speaks for, or why it does not. */
export interface Verified {
  readonly token: string;
  readonly outcome: { readonly principal: Principal } | { readonly error: unknown };
}

export interface Current {
  readonly seen: SeenRequest;
  /** Absent where the request brought none, or nobody has looked yet. */
  verified?: Verified;
}

const requests = new AsyncLocalStorage<Current>();

export function inRequest<T>(current: Current, answer: (current: Current) => T): T {
  return requests.run(current, answer, current);
}

/** Null outside a request. */
export function currentRequest(): Current | null {
  return requests.getStore() ?? null;
}

/** Empty outside a request. */
export function requestId(): string {
  return requests.getStore()?.seen.id ?? '';
}

/** Null outside a request. */
export function currentResponse(): ServerResponse | null {
  return requests.getStore()?.seen.response ?? null;
}

/** Calls when the request has its whole answer, or nobody waits for it any more. */
export function whenAnswered(done: () => void): void {
  const response = currentResponse();
  if (!response || response.closed) done();
  else response.once('close', done);
}
