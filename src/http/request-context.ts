/** The HTTP request that is being answered: its id, for logs and the envelope, and its answer, without handing them around. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';

interface Current {
  readonly id: string;
  readonly response: ServerResponse;
}

const requests = new AsyncLocalStorage<Current>();

export function inRequest<T>(current: Current, answer: () => T): T {
  return requests.run(current, answer);
}

/** Empty outside a request. */
export function requestId(): string {
  return requests.getStore()?.id ?? '';
}

/** Null outside a request. */
export function currentResponse(): ServerResponse | null {
  return requests.getStore()?.response ?? null;
}

/** Calls when the request has its whole answer, or nobody waits for it any more. */
export function whenAnswered(done: () => void): void {
  const response = currentResponse();
  if (!response || response.closed) done();
  else response.once('close', done);
}
