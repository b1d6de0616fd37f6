/** A match played again by the room `replay`, which tells where it is and shows the game's own table. */
import { Connection, type Refused, type Status } from './connection.ts';

export interface ReplayState<Table = unknown> {
  readonly matchId: string;
  readonly game: string;
  /** False: the match still runs, and the replay grows. */
  readonly isOver: boolean;
  readonly isPlaying: boolean;
  readonly speed: number;
  /** Milliseconds of play from the start, here and at the end. */
  readonly at: number;
  readonly duration: number;
  readonly tick: number;
  readonly table: Table;
}

/** A key moment, where it is in the replay. */
export interface ReplayMoment {
  /** Counts from 1 in its match. */
  readonly number: number;
  readonly type: string;
  readonly seat: number | null;
  readonly n: number;
  readonly at: number;
}

export type Place = { readonly at: number } | { readonly tick: number } | { readonly moment: number };

export interface ReplayListener {
  status(status: Status): void;
  changed(state: ReplayState): void;
  /** All that are new since the last time. */
  moments(moments: readonly ReplayMoment[]): void;
  refused(refused: Refused): void;
}

export const speeds = [0.25, 0.5, 1, 2, 4, 8, 16] as const;

export class Replay {
  readonly #connection: Connection<ReplayState>;

  private constructor(connection: Connection<ReplayState>, listener: ReplayListener) {
    this.#connection = connection;
    connection.room.onMessage('moments', (moments: readonly ReplayMoment[]) => listener.moments(moments));
  }

  /** Throws the SDK's error when there is no such match, or no server. */
  static async open(
    url: string,
    token: string,
    wish: { readonly matchId: string; readonly at?: number },
    listener: ReplayListener,
  ): Promise<Replay> {
    const connection = await Connection.open<ReplayState>(
      url,
      token,
      { game: 'replay', how: 'create', options: wish },
      {
        status: (status) => listener.status(status),
        state: (state) => listener.changed(state),
        // the room has the place; nothing is kept here
        returned: () => {},
        refused: (refused) => listener.refused(refused),
      },
    );
    return new Replay(connection, listener);
  }

  play(): void {
    this.#connection.room.send('play', {});
  }

  pause(): void {
    this.#connection.room.send('pause', {});
  }

  setSpeed(speed: number): void {
    this.#connection.room.send('speed', { speed });
  }

  seek(place: Place): void {
    this.#connection.room.send('seek', place);
  }

  async leave(): Promise<void> {
    await this.#connection.leave();
  }
}
