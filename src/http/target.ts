/**
 * Whether the head of a request means the same to everything behind this layer: the table of routes, Colyseus' router
 * (which makes a URL of it), express, and the files. Nothing is tidied up; what is ambiguous is refused.
 */
import type { IncomingMessage } from 'node:http';
import { ApiError, refusalOf } from './errors.ts';

/** Any other is refused. */
export const methods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
]);
/** Characters of the path and the query, the latter of which may hold a token of 4,096. */
const longestTarget = 8_192;
const mostHeaders = 100;

/** RFC 3986, section 3.3: what may stand in a path. */
const pathCharacters = /^\/[\w.~!$&'()*+,;=:@%/-]*$/;
/** Empty segments, `.` and `..` in any spelling, and what is a separator or a control character once it is decoded. */
const ambiguous = /\/\/|\/(?:\.|%2e){1,2}(?:\/|$)|%(?:2f|5c|[01][\da-f]|7f)/i;
const hostName = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** Without the query, which may hold a token. */
export const pathOf = (target = ''): string => target.split('?', 1)[0]!;

/** Throws ApiError 400, 404, 405, 414, 417 or 431. Afterwards method, target and Host are there, and make a URL. */
export function checkTarget(request: IncomingMessage): void {
  const { method = '', url = '', headers, rawHeaders } = request;
  if (!methods.has(method)) throw refusalOf(405);
  if (rawHeaders.length > 2 * mostHeaders) throw refusalOf(431);
  if (url.length > longestTarget) throw refusalOf(414);
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue') throw refusalOf(417);
  checkPath(pathOf(url));
  checkHost(request);
}

function checkPath(path: string): void {
  if (!pathCharacters.test(path) || !isDecodable(path))
    throw new ApiError(400, 'http/bad_request', 'The path is not one of RFC 3986: send it percent-encoded.');
  if (ambiguous.test(path))
    throw new ApiError(
      404,
      'http/not_found',
      'No address here has empty or dot segments, or encoded slashes.',
    );
}

function isDecodable(path: string): boolean {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** HTTP/1.0 needs no Host; what comes later needs one, once. With credentials in it, Colyseus' router would throw. */
function checkHost({ headers, rawHeaders, httpVersion }: IncomingMessage): void {
  if (httpVersion === '1.0') headers.host ??= 'localhost';
  const { host = '' } = headers;
  const given = rawHeaders.filter(
    (name, i) => i % 2 === 0 && name.length === 4 && name.toLowerCase() === 'host',
  );
  if (given.length > 1 || !hostName.test(host) || !URL.canParse(`http://${host}`))
    throw new ApiError(400, 'http/bad_request', 'One Host header is needed, of a name or an address.');
}
