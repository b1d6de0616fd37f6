/** Bytes that are nearly requests, on sockets of their own. */
import fc from 'fast-check';
import { connect, type Socket } from 'node:net';

const noise = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const one = (...words: string[]) => fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, noise);
const method = one('GET', 'POST', 'OPTIONS', 'HEAD', 'DELETE', 'CONNECT');
const path = one(
  '/health/live',
  '/echo',
  '/matchmake/create/x',
  '/v1/matches?token=x',
  '//',
  '*',
  'http://x/',
);
const host = one('Host: localhost', 'Host: a:b@c', 'Host: [', '');
const header = one(
  'Connection: Upgrade\r\nUpgrade: websocket',
  'Origin: null',
  'Expect: x',
  'Content-Length: 9',
  'Transfer-Encoding: chunked',
  'Content-Type: application/json',
  'X-Forwarded-Proto: x',
);
const body = one('', '{"a":1}', '{"__proto__":', '5\r\n{"a":', '0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n');
const garbage = fc
  .tuple(method, path, host, fc.array(header, { maxLength: 6 }), fc.array(body, { maxLength: 3 }))
  .map(([verb, target, name, headers, bodies]) => {
    const head = [`${verb} ${target} HTTP/1.1`, name, ...headers].filter((line) => line !== '');
    return `${head.join('\r\n')}\r\n\r\n${bodies.join('')}`;
  });

/** Resolves when the server has closed them all. */
export async function sendGarbage(port: number, times: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(garbage, async (bytes) => {
      const socket = connect(port, '127.0.0.1');
      const closed = allOf(socket);
      socket.end(Buffer.from(bytes, 'latin1'));
      await closed;
    }),
    { numRuns: times },
  );
}

/** Whatever comes until the socket closes. */
export function allOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
    socket.on('error', () => {}).on('close', () => resolve(received));
  });
}
