/**
 * How bytes leave: each payload is copied once into a ready-made WebSocket frame (RFC 6455, 5.2: unmasked, binary, one
 * frame), which all its recipients share. Stock ws-transport 0.18.4 hands the socket a view of the encoder's buffer, and
 * a patch that waits behind a slow reader is overwritten by the next. A client that has too much queued is dropped: it
 * returns, and gets the whole state.
 */
import { WebSocketClient } from '@colyseus/ws-transport';
import type { Socket } from 'node:net';

export interface FrameOptions {
  /** Bytes that may wait for one client. */
  readonly maxQueuedBytes: number;
  /** A client was dropped because it does not read. */
  dropped(sessionId: string): void;
}

interface Sender {
  readonly sessionId: string;
  readonly ref: { readonly readyState: number; readonly _socket: Socket; terminate(): void };
}

const open = 1;

export function installFrames({ maxQueuedBytes, dropped }: FrameOptions): void {
  let source: Uint8Array | null = null;
  let frame: Buffer | null = null;
  const forget = (): void => void (source = frame = null);

  // Recipients of one patch get it in one turn of the event loop; in the next the encoder may reuse its buffer.
  const frameOf = (payload: Uint8Array): Buffer => {
    if (payload === source) return frame!;
    if (source === null) queueMicrotask(forget);
    source = payload;
    frame = makeFrame(payload);
    return frame;
  };

  WebSocketClient.prototype.raw = function (this: Sender, payload, _options, done) {
    const { ref } = this;
    if (ref.readyState !== open) return;
    if (ref._socket.writableLength > maxQueuedBytes) {
      dropped(this.sessionId);
      return ref.terminate();
    }
    hold(ref._socket);
    ref._socket.write(frameOf(payload), done as (error?: Error | null) => void);
  } as typeof WebSocketClient.prototype.raw;
}

const held = new Set<Socket>();

/** What one turn of the event loop sends to a socket (a patch, and the answer) leaves in one system call at its end. */
function hold(socket: Socket): void {
  if (held.has(socket)) return;
  if (held.size === 0) setImmediate(letGo);
  held.add(socket);
  socket.cork();
}

function letGo(): void {
  for (const socket of held) socket.uncork();
  held.clear();
}

/** One unmasked binary frame around a payload. */
export function makeFrame(payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = 0x82;
  frame[1] = head === 2 ? length : head === 4 ? 126 : 127;
  if (head === 4) frame.writeUInt16BE(length, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(payload, head);
  return frame;
}
