/** The id of the HTTP request that is being answered, for logs and for the envelope, without handing it around. */
import { AsyncLocalStorage } from 'node:async_hooks';

const requests = new AsyncLocalStorage<string>();

export function inRequest<T>(id: string, answer: () => T): T {
  return requests.run(id, answer);
}

/** Empty outside a request. */
export function requestId(): string {
  return requests.getStore() ?? '';
}
