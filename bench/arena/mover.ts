/** A client of the arena: joins whichever room has a place, and sends ready-made messages. */
import { encode } from '@colyseus/schema';
import { Protocol } from '@colyseus/shared-types';
import { Socket } from '../client/socket.ts';

export interface MoverListener {
  patch(bytes: number): void;
}

interface Reservation {
  readonly roomId: string;
  readonly sessionId: string;
  readonly processId: string;
}

const messages = Array.from({ length: 256 }, () => moveBytes(1000 * Math.random(), 1000 * Math.random()));

export class Mover {
  readonly #listener: MoverListener;
  readonly #closed = Promise.withResolvers<void>();
  #socket!: Socket;
  #next = Math.floor(messages.length * Math.random());

  constructor(listener: MoverListener) {
    this.#listener = listener;
  }

  /** Resolves when the state is here. */
  async join(port: number, token: string): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${port}/matchmake/joinOrCreate/arena`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: '{}',
    });
    if (!response.ok) throw new Error(`arena: ${response.status} ${await response.text()}`);
    const { roomId, sessionId, processId } = (await response.json()) as Reservation;
    const here = Promise.withResolvers<void>();
    const path = `/${processId}/${roomId}?sessionId=${sessionId}&_authToken=${token}`;
    this.#socket = new Socket(port, path, {
      message: (bytes) => {
        const code = bytes[0];
        if (code === Protocol.ROOM_STATE_PATCH) this.#listener.patch(bytes.length);
        else if (code === Protocol.JOIN_ROOM) this.#socket.send(Uint8Array.of(Protocol.JOIN_ROOM));
        else if (code === Protocol.ROOM_STATE) here.resolve();
      },
      closed: () => {
        here.reject(new Error('the arena has closed a connection'));
        this.#closed.resolve();
      },
    });
    await here.promise;
  }

  move(): void {
    this.#next = (this.#next + 1) % messages.length;
    this.#socket.send(messages[this.#next]!);
  }

  /** Leaves by consent; resolves when the server has closed. */
  leave(): Promise<void> {
    this.#socket.send(Uint8Array.of(Protocol.LEAVE_ROOM));
    return this.#closed.promise;
  }
}

/** `move {x, y}`: the payload as MessagePack, two numbers of 64 bits. */
function moveBytes(x: number, y: number): Uint8Array {
  const bytes = Buffer.alloc(64);
  const it = { offset: 1 };
  bytes[0] = Protocol.ROOM_DATA;
  encode.string(bytes, 'move', it);
  bytes[it.offset++] = 0x82;
  for (const [key, value] of Object.entries({ x, y })) {
    bytes[it.offset++] = 0xa1;
    bytes[it.offset++] = key.charCodeAt(0);
    bytes[it.offset++] = 0xcb;
    it.offset = bytes.writeDoubleBE(value, it.offset);
  }
  return bytes.subarray(0, it.offset);
}
