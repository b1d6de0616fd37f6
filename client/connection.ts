/** A place in a match, kept over lost connections. */
import { ColyseusSDK, type Room } from '@colyseus/sdk';

export type Status = 'connecting' | 'connected' | 'reconnecting' | 'disconnected';

export interface Wish {
  /** Name of the game. */
  readonly game: string;
  /** `create` a match, `join` one with a free seat (or make it), or come into that of an id. */
  readonly how: 'create' | 'join' | { readonly matchId: string };
  readonly options: object;
}

export interface Refused {
  readonly id?: string;
  readonly code: string;
  readonly message: string;
}

export interface Listener<State> {
  status(status: Status): void;
  state(state: State): void;
  /** Back in the match, after a time of which this client knows nothing. */
  returned(): void;
  /** A command that was sent, not requested; `id` is its own. */
  refused(refused: Refused): void;
}

export class Connection<State> {
  readonly room: Room<unknown, State>;
  #isGone = false;

  private constructor(room: Room<unknown, State>, listener: Listener<State>) {
    this.room = room;
    // The SDK gives up on rooms that it was in for less than 5 s.
    room.reconnection.minUptime = 0;
    room.onStateChange((state) => listener.state(state));
    room.onDrop(() => listener.status('reconnecting'));
    room.onReconnect(() => {
      listener.status('connected');
      listener.returned();
    });
    room.onLeave(() => {
      this.#isGone = true;
      listener.status('disconnected');
    });
    room.onMessage('refused', (refused: Refused) => listener.refused(refused));
  }

  /** Throws the SDK's error when there is no such match, no free seat, or no server. */
  static async open<State>(
    url: string,
    token: string,
    wish: Wish,
    listener: Listener<State>,
  ): Promise<Connection<State>> {
    listener.status('connecting');
    const client = new ColyseusSDK(url);
    client.auth.token = token;
    try {
      const room = await enter<State>(client, wish);
      listener.status('connected');
      return new Connection(room, listener);
    } catch (error) {
      listener.status('disconnected');
      throw error;
    }
  }

  /** Whether what is sent now arrives now; the SDK keeps it for later otherwise. */
  get isOpen(): boolean {
    return this.room.connection.isOpen && !this.room.reconnection.isReconnecting;
  }

  /** The room was left, or the connection is lost for good: only joining again helps. */
  get isGone(): boolean {
    return this.#isGone;
  }

  async leave(): Promise<void> {
    await this.room.leave();
  }
}

function enter<State>(client: ColyseusSDK, { game, how, options }: Wish): Promise<Room<unknown, State>> {
  if (how === 'create') return client.create<State>(game, options);
  if (how === 'join') return client.joinOrCreate<State>(game, options);
  return client.joinById<State>(how.matchId, options);
}
