import type { ServerResponse } from 'node:http';
import { envelopeOf, headersOf, type PublicError } from './errors.ts';

/** How long a client that still sends may take to read why it is refused. */
const lingerMs = 1_000;

/** Answers with an error in the envelope, in an HTTP server of Node. The rest of a body is not read: the connection closes. */
export function refuse(response: ServerResponse, error: PublicError): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { req: request } = response;
  const body = Buffer.from(JSON.stringify(envelopeOf(error)));
  const close = request.complete ? {} : { Connection: 'close' };
  response.writeHead(error.status, { ...headersOf(error), ...close, 'Content-Length': body.length });
  if (request.complete) return void response.end(request.method === 'HEAD' ? undefined : body);
  // `end` would close the socket at once, and a reset would overtake the answer.
  response.write(body);
  setTimeout(() => response.destroy(), lingerMs).unref();
}
