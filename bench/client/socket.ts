/**
 * A WebSocket client (RFC 6455) that costs next to nothing, so that the load is not what is measured: it reads into one
 * buffer shared by all sockets, and masks with zeros, which leaves payloads as they are.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket as TcpSocket } from 'node:net';

export interface SocketListener {
  /** `payload` is valid during this call only. */
  message(payload: Buffer): void;
  /** `status`: of the answer to a handshake that was refused; null where it was accepted, or there was no answer. */
  closed(status: number | null): void;
}

const shared = Buffer.allocUnsafe(256 * 1024);
const opcodes = { binary: 2, close: 8, ping: 9, pong: 10 };

export class Socket {
  readonly #tcp: TcpSocket;
  readonly #listener: SocketListener;
  #isOpen = false;
  #status: number | null = null;
  #rest: Buffer | null = null;

  /** Dials; a handshake that fails ends in `closed`. */
  constructor(port: number, path: string, listener: SocketListener, host = '127.0.0.1') {
    this.#listener = listener;
    const read = (length: number): boolean => {
      this.#read(shared.subarray(0, length));
      return true;
    };
    this.#tcp = connect({
      port,
      host,
      noDelay: true,
      onread: { buffer: shared, callback: read },
    });
    this.#tcp.on('error', () => {});
    this.#tcp.on('close', () => listener.closed(this.#status));
    this.#tcp.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
  }

  /** Sends one binary message of less than 65,536 bytes. */
  send(payload: Uint8Array): void {
    this.#tcp.write(frame(opcodes.binary, payload));
  }

  /** Cuts the connection hard: by a reset, which leaves no port waiting as an orderly end would. */
  reset(): void {
    this.#tcp.resetAndDestroy();
  }

  #read(chunk: Buffer): void {
    const data = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = this.#isOpen ? 0 : this.#shakeHands(data);
    for (let next = at; this.#isOpen && (next = this.#frame(data, at)) > at;) at = next;
    this.#rest = at < data.length ? Buffer.from(data.subarray(at)) : null;
  }

  /** Where frames begin, or 0 while the answer is not whole. */
  #shakeHands(data: Buffer): number {
    const end = data.indexOf('\r\n\r\n');
    if (end < 0) return 0;
    const status = Number(data.toString('latin1', 9, 12));
    this.#isOpen = status === 101;
    if (!this.#isOpen) {
      this.#status = status;
      this.#tcp.destroy();
    }
    return end + 4;
  }

  /** Takes the frame at `at`; returns where the next begins, or `at` while it is not whole. */
  #frame(data: Buffer, at: number): number {
    if (data.length < at + 2) return at;
    const short = data[at + 1]!;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (data.length < at + head) return at;
    const length =
      head === 2 ? short : head === 4 ? data.readUInt16BE(at + 2) : Number(data.readBigUInt64BE(at + 2));
    const end = at + head + length;
    if (data.length < end) return at;
    this.#take(data[at]! & 15, data.subarray(at + head, end));
    return end;
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.binary) this.#listener.message(payload);
    else if (opcode === opcodes.ping) this.#tcp.write(frame(opcodes.pong, payload));
    else if (opcode === opcodes.close) this.#tcp.end(frame(opcodes.close, payload));
  }
}

function frame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : 4;
  const bytes = Buffer.alloc(head + 4 + length);
  bytes[0] = 0x80 | opcode;
  bytes[1] = 0x80 | (head === 2 ? length : 126);
  if (head === 4) bytes.writeUInt16BE(length, 2);
  bytes.set(payload, head + 4);
  return bytes;
}
