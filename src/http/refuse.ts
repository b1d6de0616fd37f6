/** Refusals in an HTTP server of Node, and on a socket of which no request was made. */
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorBody } from './error-body.ts';
import { envelopeOf, headersOf, type PublicError } from './errors.ts';
import { dataPolicy } from './security-headers.ts';

/** How long a client that still sends may take to read why it is refused. */
const lingerMs = 1_000;

/** Answers with an error. The rest of a body is not read: the connection closes. */
export function refuse(response: ServerResponse, error: PublicError): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const { req: request } = response;
  const { type, text } = errorBody(error);
  const body = Buffer.from(text);
  response.writeHead(error.status, {
    ...headersOf(error),
    ...(!request.complete && { Connection: 'close' }),
    'Content-Security-Policy': dataPolicy,
    'Content-Type': type,
    'Content-Length': body.length,
  });
  const isHead = request.method === 'HEAD';
  if (request.complete) return void response.end(isHead ? undefined : body);
  // `response.end` would close the socket at once, and a reset would overtake the answer
  if (isHead) response.flushHeaders();
  else response.write(body);
  response.socket?.end();
  setTimeout(() => response.destroy(), lingerMs).unref();
}

/** The same where there is no response to answer with: for upgrades, and what no request could be made of. */
export function refuseSocket(socket: Duplex, error: PublicError, requestId: string): void {
  if (!socket.writable) return void socket.destroy();
  const body = Buffer.from(JSON.stringify(envelopeOf(error, requestId)));
  const headers = {
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    ...headersOf(error),
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? 'Error'}\r\n${lines.join('')}\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), body]));
  setTimeout(() => socket.destroy(), lingerMs).unref();
}
