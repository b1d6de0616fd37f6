/** Asks for one address again and again over connections that stay open: as fast as the answers come. */
import { connect, type Socket } from 'node:net';

export class Getter {
  readonly #port: number;
  readonly #request: Buffer;
  readonly #sockets: Socket[] = [];
  #answers = 0;
  #refused = '';

  constructor(port: number, path: string, token: string) {
    this.#request = Buffer.from(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    this.#port = port;
  }

  start(connections: number): void {
    for (let i = 0; i < connections; i++) this.#sockets.push(this.#open());
  }

  /** Answers so far. Throws where one was not 200. */
  get answers(): number {
    if (this.#refused !== '') throw new Error(`an answer was ${this.#refused}`);
    return this.#answers;
  }

  stop(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }

  /** A connection has so many requests, and then the server wants another. */
  #replace(socket: Socket): void {
    const place = this.#sockets.indexOf(socket);
    if (place >= 0) this.#sockets[place] = this.#open();
    socket.destroy();
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    let waiting: Buffer = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('connect', () => socket.write(this.#request));
    socket.on('data', (chunk: Buffer) => {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      const length = answerLength(waiting);
      if (length === null || waiting.length < length) return;
      if (waiting.toString('latin1', 9, 12) !== '200') this.#refused = waiting.toString('latin1', 9, 200);
      const isLast = /^connection: close/im.test(waiting.toString('latin1', 0, length));
      waiting = waiting.subarray(length);
      this.#answers++;
      if (isLast) this.#replace(socket);
      else socket.write(this.#request);
    });
    return socket;
  }
}

/** Bytes of the answer that begins here, or null while that can't be told. */
function answerLength(bytes: Buffer): number | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /^content-length: (\d+)/im.exec(head);
  if (length) return headEnd + 4 + Number(length[1]);
  const end = bytes.indexOf('0\r\n\r\n', headEnd + 4);
  return end < 0 ? null : end + 5;
}
