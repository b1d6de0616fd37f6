import type { ServerResponse } from 'node:http';
import { ApiError } from './errors.ts';
import { refuse } from './refuse.ts';

/** Answers 503 where no answer has begun within `ms`. Whatever the endpoint says later is dropped. */
export function answerWithin(ms: number, response: ServerResponse): void {
  const timer = setTimeout(() => {
    if (response.headersSent) return;
    refuse(response, new ApiError(503, 'http/timeout', 'This took too long: try again in a moment.'));
    mute(response);
  }, ms);
  response.once('close', () => clearTimeout(timer));
}

/** Headers of a second answer would throw where nobody catches. */
function mute(response: ServerResponse): void {
  const same = (): ServerResponse => response;
  Object.assign(response, {
    setHeader: same,
    setHeaders: same,
    appendHeader: same,
    writeHead: same,
    end: same,
  });
  Object.assign(response, { removeHeader: () => {}, flushHeaders: () => {}, write: () => true });
}
