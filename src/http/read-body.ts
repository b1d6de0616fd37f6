import type { IncomingMessage } from 'node:http';
import { ApiError, errorOfStatus, type PublicError } from './errors.ts';

/**
 * The body of a request, which is JSON, as text; undefined where there is none. Throws ApiError: 413 as soon as it is
 * clear that it has more than `limit` bytes, without reading on; 415 and 400 where it is not JSON.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  if (!mayHaveBody(request)) return undefined;
  if (!isJson(request)) throw unsupportedType();
  const chunks: Buffer[] = [];
  let size = 0;
  // Not `for await`: leaving that loop destroys the request, and the answer with it.
  await new Promise<void>((resolve, reject) => {
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
  });
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  checkJson(text);
  return text;
}

function mayHaveBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isJson({ headers }: IncomingMessage): boolean {
  return /^application\/(?:[\w.+-]*\+)?json\b/i.test(headers['content-type'] ?? '');
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new ApiError(400, 'http/malformed', 'The body is not JSON, although its Content-Type says so.');
  }
}

function tooLarge(limit: number): ApiError {
  return asApiError(errorOfStatus(413, `The body may have ${limit} bytes at most.`));
}

function unsupportedType(): ApiError {
  return asApiError(errorOfStatus(415));
}

const asApiError = ({ status, code, message }: PublicError): ApiError => new ApiError(status, code, message);
