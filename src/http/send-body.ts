/**
 * Sends the bodies of the router's responses. Its own way (better-call 1.3.3, `setResponse`) ends an answer after the
 * first part of a stream, and never ends one whose first part is larger than the socket's buffer.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { currentResponse } from './request-context.ts';

/** A client that takes nothing for so long is gone, or holds the memory of its answer on purpose. */
const longestPauseMs = 60_000;

/** Those who watch a request wait for its end, and a pipeline has listeners of its own: Node warns of a leak at 11. */
const mostListeners = 32;

/**
 * The response without its body, which follows when the router ends the answer. JSON is there as a whole, and is sent so;
 * the rest goes as fast as the client takes it. A client that goes away cancels the body; a body that fails cuts the
 * connection, so that nobody takes half for the whole.
 */
export async function sendBody(response: Response, pauseMs = longestPauseMs): Promise<Response> {
  const answer = currentResponse();
  const body = response.body as ReadableStream<Uint8Array> | null;
  if (!answer || !body) return response;
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  if (answer.writableEnded) {
    // it came too late, and nobody takes it
    void body.cancel();
  } else if (headers.get('content-type') === 'application/json') {
    const bytes = Buffer.from(await response.arrayBuffer());
    headers.set('Content-Length', String(bytes.length));
    atEnd(answer, () => answer.end(bytes));
  } else {
    atEnd(answer, () => {
      answer.setMaxListeners(mostListeners);
      answer.setTimeout(pauseMs, () => void answer.destroy());
      // either side may fail only by the end of the other, or is cut: nobody is left to be told
      pipeline(Readable.fromWeb(body), answer).catch(() => {});
    });
  }
  return new Response(null, { status, statusText, headers });
}

function atEnd(answer: ServerResponse, send: () => void): void {
  const { end } = answer;
  answer.end = () => {
    answer.end = end;
    send();
    return answer;
  };
}
