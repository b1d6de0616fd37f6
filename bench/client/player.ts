/** One client of a room: matchmaking, the handshake, and its way back after a cut, as the SDK does it. */
import { Protocol, ResponseStatus } from '@colyseus/shared-types';
import { decode } from '@colyseus/schema';
import { type Payload, requestBytes } from './requests.ts';
import { Socket } from './socket.ts';

export interface PlayerListener {
  /** A full state or a patch; `bytes` are valid during this call only, and the schema's begin at 1. */
  state(player: Player, bytes: Buffer, isFull: boolean): void;
  answered(player: Player, bytes: number): void;
}

export interface Reservation {
  readonly roomId: string;
  readonly sessionId: string;
  readonly processId: string;
  /** Host, port and maybe a path of the process that has the room, where it is not the only one. */
  readonly publicAddress?: string;
}

/** The SDK's backoff: 200, 400, 800 … ms, 5 s at most, 15 times. */
const backoff = (attempt: number): number => Math.min(5_000, 100 * 2 ** attempt);
const mostAttempts = 15;

export class Player {
  readonly seat: number;
  readonly #port: number;
  readonly #token: string;
  readonly #listener: PlayerListener;
  #reservation!: Reservation;
  #socket!: Socket;
  #returnToken: string | null = null;
  #requests = 0;
  #attempt = 0;
  #isLeaving = false;
  #mayReturn = false;
  #waiting: { resolve(): void; reject(error: Error): void } | null = null;

  constructor(port: number, token: string, seat: number, listener: PlayerListener) {
    this.#port = port;
    this.#token = token;
    this.seat = seat;
    this.#listener = listener;
  }

  /** Joins a match, or makes one of `game` where the id is null; resolves with its id when the state is here. */
  async join(matchId: string | null, game = 'whist', options: object = {}): Promise<string> {
    const path = matchId === null ? `create/${game}` : `joinById/${matchId}`;
    const response = await fetch(`http://127.0.0.1:${this.#port}/matchmake/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: JSON.stringify(options),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    this.#reservation = (await response.json()) as Reservation;
    const here = this.#arrival();
    this.#dial();
    await here;
    return this.#reservation.roomId;
  }

  request(name: string, payload: Payload): void {
    const id = ++this.#requests;
    this.#socket.send(requestBytes(id, name, { id: `c${this.seat}-${id}`, ...payload }));
  }

  /** Call it before a cut: resolves when the client has survived it and has the state again; rejects when it is refused. */
  returned(): Promise<void> {
    this.#mayReturn = true;
    this.#attempt = 0;
    return this.#arrival();
  }

  /** Leaves by consent; resolves when the server has closed. */
  leave(): Promise<void> {
    this.#isLeaving = true;
    const gone = this.#arrival();
    this.#socket.send(Uint8Array.of(Protocol.LEAVE_ROOM));
    return gone;
  }

  #arrival(): Promise<void> {
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  #dial(): void {
    const { processId, roomId, sessionId, publicAddress } = this.#reservation;
    const back =
      this.#returnToken === null ? '' : `&reconnectionToken=${this.#returnToken}&skipHandshake=true`;
    const [host, base] = publicAddress?.split('/') ?? [`127.0.0.1:${this.#port}`];
    const path = `${base ? `/${base}` : ''}/${processId}/${roomId}?sessionId=${sessionId}&_authToken=${this.#token}${back}`;
    this.#socket = new Socket(Number(host!.split(':')[1]), path, {
      message: (bytes) => this.#message(bytes),
      closed: () => this.#closed(),
    });
  }

  /** Messages besides (a moment) are not measured. */
  #message(bytes: Buffer): void {
    const code = bytes[0]!;
    if (code === Protocol.ROOM_STATE_PATCH) this.#listener.state(this, bytes, false);
    else if (code === Protocol.ROOM_RESPONSE) this.#answered(bytes);
    else if (code === Protocol.ROOM_STATE) {
      this.#listener.state(this, bytes, true);
      this.#settle();
    } else if (code === Protocol.JOIN_ROOM) {
      this.#returnToken = bytes.toString('latin1', 2, 2 + bytes[1]!);
      this.#socket.send(Uint8Array.of(Protocol.JOIN_ROOM));
    } else if (code !== Protocol.ROOM_DATA)
      this.#fail(`unexpected message ${code}: ${bytes.toString('latin1', 1, 200)}`);
  }

  #answered(bytes: Buffer): void {
    const it = { offset: 1 };
    decode.number(bytes, it);
    if (bytes[it.offset] !== ResponseStatus.OK) this.#fail(`refused: ${bytes.toString('latin1', it.offset)}`);
    this.#listener.answered(this, bytes.length);
  }

  #closed(): void {
    if (this.#isLeaving) return this.#settle();
    if (!this.#mayReturn || ++this.#attempt > mostAttempts) return this.#fail('the connection was closed');
    setTimeout(() => this.#dial(), backoff(this.#attempt));
  }

  #settle(): void {
    this.#mayReturn = false;
    this.#waiting?.resolve();
    this.#waiting = null;
  }

  #fail(why: string): void {
    this.#mayReturn = false;
    const error = new Error(`client of seat ${this.seat} in ${this.#reservation.roomId}: ${why}`);
    if (!this.#waiting) throw error;
    this.#waiting.reject(error);
    this.#waiting = null;
  }
}
