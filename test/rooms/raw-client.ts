/** A client without the SDK: matchmaking over HTTP and a bare WebSocket, for bytes and orders that the SDK never sends. */
import { type Decoder, decode, encode, type Iterator, Reflection } from '@colyseus/schema';
import { Protocol } from '@colyseus/core';
import { pack, unpack } from 'msgpackr';
import WebSocket from 'ws';
import { until } from '../support/server.ts';

export interface Reservation {
  readonly roomId: string;
  readonly processId: string;
  readonly sessionId: string;
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T & { readonly error?: string; readonly code?: number };
}

/** What the matchmaker answers to `method` (`joinOrCreate` with a room name, `joinById` with an id, …). */
export async function matchmake(
  url: string,
  method: string,
  target: string,
  token: string | null,
  options: unknown = {},
): Promise<Answer<Reservation>> {
  const response = await fetch(`${url}/matchmake/${method}/${target}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: typeof options === 'string' ? options : JSON.stringify(options),
  });
  const text = await response.text();
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as Answer<Reservation>['body'] };
}

export class RawClient {
  readonly socket: WebSocket;
  /** Every frame, in order. */
  readonly frames: Buffer[] = [];
  /** Close code; `null` while open. 1006 also where the handshake was refused. */
  closed: number | null = null;
  reconnectionToken = '';
  readonly isPolite: boolean;

  /** An impolite client says nothing by itself, not even that it has joined. */
  constructor(url: string, { roomId, processId, sessionId }: Reservation, query: object, isPolite = true) {
    const search = new URLSearchParams({ sessionId, ...query });
    this.isPolite = isPolite;
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/${processId}/${roomId}?${search}`);
    this.socket.on('message', (data: Buffer) => this.#receive(data));
    this.socket.on('close', (code) => void (this.closed = code));
    this.socket.on('error', () => {});
  }

  send(...bytes: (number | Uint8Array)[]): void {
    this.socket.send(Buffer.concat(bytes.map((part) => (typeof part === 'number' ? Buffer.of(part) : part))));
  }

  /** A command without an answer, as `room.send` makes it. */
  command(name: string, payload: unknown): void {
    this.send(Protocol.ROOM_DATA, encodeText(name), pack(payload));
  }

  /** Frames of one kind, without the byte that names it. */
  framesOf(protocol: number): Buffer[] {
    return this.frames.filter(([kind]) => kind === protocol).map((frame) => frame.subarray(1));
  }

  /** The last message of this name. */
  message<T>(name: string): T | undefined {
    for (const frame of this.framesOf(Protocol.ROOM_DATA).toReversed()) {
      const it: Iterator = { offset: 0 };
      if (decode.string(frame, it) === name) return unpack(frame.subarray(it.offset)) as T;
    }
    return undefined;
  }

  async joined(): Promise<this> {
    await until(() => this.framesOf(Protocol.ROOM_STATE).length > 0 || this.closed !== null);
    if (this.closed !== null) throw new Error(`closed with ${this.closed} instead of joined`);
    return this;
  }

  #receive(frame: Buffer): void {
    this.frames.push(frame);
    if (frame[0] !== Protocol.JOIN_ROOM) return;
    this.reconnectionToken = frame.toString('latin1', 2, 2 + frame[1]!);
    if (this.isPolite) this.send(Protocol.JOIN_ROOM);
  }
}

/** Reserves a seat and joins with a bare socket. */
export async function joinRaw(
  url: string,
  method: string,
  target: string,
  token: string,
  options: object = {},
): Promise<RawClient> {
  const { status, body } = await matchmake(url, method, target, token, options);
  if (status !== 200) throw new Error(`${status} ${body.error}`);
  return new RawClient(url, body, { _authToken: token }).joined();
}

/** The state after each frame that changed it, decoded with the schema that the server sent. */
export function decodeStates(frames: readonly Buffer[]): unknown[] {
  let decoder: Decoder | null = null;
  const states: unknown[] = [];
  for (const frame of frames) {
    if (frame[0] === Protocol.JOIN_ROOM) decoder = Reflection.decode(frame, schemaOffset(frame));
    if (frame[0] !== Protocol.ROOM_STATE && frame[0] !== Protocol.ROOM_STATE_PATCH) continue;
    decoder!.decode(frame, { offset: 1 });
    states.push((decoder!.state as { toJSON(): unknown }).toJSON());
  }
  return states;
}

/** Where the schema begins in a frame that tells of joining: behind token, serializer and its own length. */
export function schemaOffset(frame: Buffer): Iterator {
  const it: Iterator = { offset: 1 };
  it.offset += 1 + frame[it.offset]!;
  it.offset += 1 + frame[it.offset]!;
  decode.number(frame, it);
  return it;
}

export function encodeText(text: string): Buffer {
  const bytes = Buffer.alloc(text.length * 4 + 8);
  const it: Iterator = { offset: 0 };
  encode.string(bytes, text, it);
  return bytes.subarray(0, it.offset);
}
