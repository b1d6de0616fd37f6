/** Metrics of the HTTP layer. Labels are the patterns of our routes and codes of ours: nothing that a client sent. */
import type { HttpObserver, SeenRequest } from '../http/observer.ts';
import { methods } from '../http/target.ts';
import type { Instruments } from './instruments.ts';

export function httpMetrics(instruments: Instruments): HttpObserver {
  const { requests, requestSeconds, httpErrors, upgrades, malformed } = instruments;

  function ended(seen: SeenRequest, ms: number): void {
    const { pattern } = seen.route;
    requests.of(pattern, methodOf(seen), statusOf(seen)).add();
    requestSeconds.of(pattern).observe(ms / 1000);
    if (seen.refusedWith !== undefined) httpErrors.of(pattern, seen.refusedWith).add();
  }

  return {
    request(seen, handle) {
      const began = performance.now();
      seen.response.once('close', () => ended(seen, performance.now() - began));
      handle();
    },
    upgrade: (refusedWith) => upgrades.of(refusedWith ?? 'ok').add(),
    malformed: (code) => malformed.of(code).add(),
  };
}

/** Node's parser lets some thirty through. */
const methodOf = ({ request: { method = '' } }: SeenRequest): string =>
  methods.has(method) ? method : 'other';

/** `aborted`: the client was gone before there was an answer. */
function statusOf({ response: { headersSent, statusCode } }: SeenRequest): string {
  return headersSent ? `${Math.floor(statusCode / 100)}xx` : 'aborted';
}
