/** One client of a room: matchmaking, the handshake, and its way back after a cut, as the SDK does it. */
import { Protocol, ResponseStatus } from '@colyseus/shared-types';
import { decode } from '@colyseus/schema';
import { type Payload, requestBytes } from './requests.ts';
import { Socket } from './socket.ts';

export interface PlayerListener {
  /** A full state or a patch; `bytes` are valid during this call only, and the schema's begin at 1. */
  state(player: Player, bytes: Buffer, isFull: boolean): void;
  answered(player: Player, bytes: number): void;
  /** It is on its way back after a cut that nobody announced. Absent: such a cut fails. */
  dropped?(player: Player): void;
  /** What went wrong while nobody waited for this client. Absent: it is thrown. */
  failed?(player: Player, error: PlayerError): void;
}

/** What went wrong for a client. `code`: the server's where it gave one, such as `seat/none_free`; `status` of HTTP, if any. */
export class PlayerError extends Error {
  override readonly name = 'PlayerError';
  readonly code: string;
  readonly status: number | null;
  constructor(code: string, message: string, status: number | null = null) {
    super(message);
    this.code = code;
    this.status = status;
  }
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
const errorCode = /[a-z_]+\/[a-z_]+/;

export class Player {
  readonly seat: number;
  readonly #host: string;
  readonly #port: number;
  readonly #token: string;
  readonly #listener: PlayerListener;
  #reservation!: Reservation;
  #socket!: Socket;
  #returnToken: string | null = null;
  #requests = 0;
  #last: { readonly name: string; readonly payload: Payload } | null = null;
  #attempt = 0;
  #isLeaving = false;
  #mayReturn = false;
  #waiting: { resolve(): void; reject(error: Error): void } | null = null;

  constructor(port: number, token: string, seat: number, listener: PlayerListener, host = '127.0.0.1') {
    this.#host = host;
    this.#port = port;
    this.#token = token;
    this.seat = seat;
    this.#listener = listener;
  }

  /** Joins a match, or makes one of `game` where the id is null; resolves with its id when the state is here. */
  async join(matchId: string | null, game = 'whist', options: object = {}): Promise<string> {
    const path = matchId === null ? `create/${game}` : `joinById/${matchId}`;
    const response = await fetch(`http://${this.#host}:${this.#port}/matchmake/${path}`, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: JSON.stringify(options),
    });
    if (!response.ok) throw refusal(path, response.status, await response.text());
    this.#reservation = (await response.json()) as Reservation;
    const here = this.#arrival();
    this.#dial();
    await here;
    return this.#reservation.roomId;
  }

  request(name: string, payload: Payload): void {
    const id = `c${this.seat}-${this.#requests + 1}`;
    this.#last = { name, payload: { id, ...payload } };
    this.again();
  }

  /** Sends the last command again, with the same id: its answer may have been lost. */
  again(): void {
    const { name, payload } = this.#last!;
    this.#socket.send(requestBytes(++this.#requests, name, payload));
  }

  /** Cuts the connection hard; resolves when the client is back, and has the state again. Rejects when it is refused. */
  cut(): Promise<void> {
    const back = this.returned();
    this.#socket.reset();
    return back;
  }

  /** Call it before a cut: resolves when the client has survived it and has the state again; rejects when it is refused. */
  returned(): Promise<void> {
    this.#mayReturn = true;
    this.#attempt = 0;
    return this.#arrival();
  }

  /** Leaves by consent; resolves when the server has closed, or when it would have dialled again. */
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
    if (this.#isLeaving) return this.#settle();
    const { processId, roomId, sessionId, publicAddress } = this.#reservation;
    const back =
      this.#returnToken === null ? '' : `&reconnectionToken=${this.#returnToken}&skipHandshake=true`;
    const [host, base] = publicAddress?.split('/') ?? [`${this.#host}:${this.#port}`];
    const path = `${base ? `/${base}` : ''}/${processId}/${roomId}?sessionId=${sessionId}&_authToken=${this.#token}${back}`;
    const listener = {
      message: (bytes: Buffer) => this.#message(bytes),
      closed: (status: number | null) => this.#closed(status),
    };
    this.#socket = new Socket(Number(host!.split(':')[1]), path, listener, this.#host);
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
      this.#fail('load/unexpected', `unexpected message ${code}: ${bytes.toString('latin1', 1, 200)}`);
  }

  #answered(bytes: Buffer): void {
    const it = { offset: 1 };
    decode.number(bytes, it);
    if (bytes[it.offset] !== ResponseStatus.OK) {
      const why = bytes.toString('latin1', it.offset, it.offset + 200);
      this.#fail(errorCode.exec(why)?.[0] ?? 'load/refused', `refused: ${why}`);
    }
    this.#listener.answered(this, bytes.length);
  }

  #closed(status: number | null): void {
    if (this.#isLeaving) return this.#settle();
    if (!this.#mayReturn && !this.#comesBack()) {
      const why = status === null ? 'the connection was closed' : `the handshake was answered ${status}`;
      return this.#fail(status === null ? 'load/closed' : 'load/no_handshake', why, status);
    }
    if (++this.#attempt > mostAttempts)
      return this.#fail('load/not_back', `not back after ${mostAttempts} tries`, status);
    setTimeout(() => this.#dial(), backoff(this.#attempt));
  }

  /** After a cut that nobody announced. Nobody has to wait for the return. */
  #comesBack(): boolean {
    const { dropped } = this.#listener;
    if (!dropped || this.#waiting || this.#returnToken === null) return false;
    this.#mayReturn = true;
    this.#attempt = 0;
    dropped(this);
    return true;
  }

  #settle(): void {
    this.#mayReturn = false;
    this.#waiting?.resolve();
    this.#waiting = null;
  }

  #fail(code: string, why: string, status: number | null = null): void {
    this.#mayReturn = false;
    const message = `client of seat ${this.seat} in ${this.#reservation.roomId}: ${why}`;
    const error = new PlayerError(code, message, status);
    if (this.#waiting) {
      this.#waiting.reject(error);
      this.#waiting = null;
    } else if (this.#listener.failed) this.#listener.failed(this, error);
    else throw error;
  }
}

function refusal(path: string, status: number, body: string): PlayerError {
  const code = errorCode.exec(body)?.[0] ?? `http/${status}`;
  return new PlayerError(code, `${path}: ${status} ${body}`, status);
}
