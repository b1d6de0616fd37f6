import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { ApiError, refusalOf } from './errors.ts';
import { checkJsonRules } from './json-rules.ts';

export interface BodyBounds {
  /** Most bytes. */
  readonly limit: number;
  /** How long the whole of it may take, in milliseconds. */
  readonly ms: number;
}

/** Their bodies would have no meaning (RFC 9110), and who stands before this server might not read them. */
const withoutBody = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);

/**
 * The body of a request, which is JSON, as text; undefined where there is none. Throws ApiError: 413 as soon as it is
 * clear that it has more than `limit` bytes, without reading on; 415 and 400 where it is not JSON, 408 where it comes
 * too slowly.
 */
export async function readBody(request: IncomingMessage, bounds: BodyBounds): Promise<string | undefined> {
  if (!mayHaveBody(request)) return undefined;
  if (withoutBody.has(request.method ?? ''))
    throw new ApiError(400, 'http/unexpected_body', 'A request of this method has no body.');
  if (Number(request.headers['content-length'] ?? 0) > bounds.limit) throw tooLarge(bounds.limit);
  checkType(request);
  const bytes = await collect(request, bounds);
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new ApiError(400, 'http/malformed', 'The body is not UTF-8.');
  const text = bytes.toString('utf8');
  checkJson(text);
  return text;
}

function mayHaveBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function checkType({ headers }: IncomingMessage): void {
  if ((headers['transfer-encoding'] ?? 'chunked').toLowerCase() !== 'chunked') throw refusalOf(400);
  if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw refusalOf(415, undefined, 'The body may have no Content-Encoding: send it as it is.');
  if (!isJson(headers['content-type'] ?? '')) throw refusalOf(415);
}

/** JSON is UTF-8 (RFC 8259); whoever says so besides is right. */
function isJson(contentType: string): boolean {
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  const isUtf8Too = parameters.every((one) => !one.startsWith('charset') || /^charset="?utf-?8"?$/.test(one));
  return /^application\/(?:[\w.+-]+\+)?json$/.test(type) && isUtf8Too;
}

async function collect(request: IncomingMessage, { limit, ms }: BodyBounds): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => (request.pause(), reject(refusalOf(408))), ms);
  // Not `for await`: leaving that loop destroys the request, and the answer with it.
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) return void chunks.push(chunk);
    request.pause();
    reject(tooLarge(limit));
  });
  request.once('end', resolve);
  request.once('close', () =>
    reject(new ApiError(400, 'http/aborted', 'The request ended before its body did.')),
  );
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

function checkJson(text: string): void {
  checkJsonRules(text);
  try {
    JSON.parse(text);
  } catch {
    throw new ApiError(400, 'http/malformed', 'The body is not JSON, although its Content-Type says so.');
  }
}

function tooLarge(limit: number): ApiError {
  return refusalOf(413, undefined, `The body may have ${limit} bytes at most.`);
}
