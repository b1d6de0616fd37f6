import { isFree, type Seats } from './seats.ts';
import type { TableView } from './table-engine.ts';
import { createdAt } from './uuid.ts';

/** What the matchmaker and the monitor know of a match. */
export interface Listing {
  readonly tenantId: string;
  readonly game: string;
  /** See match-options.ts. */
  readonly offer: string;
  readonly phase: string;
  readonly players: number;
  /** When play began, for people to read; empty in the lobby. */
  readonly started: string;
}

/** A wall time as `11-20 14:18:20`, in UTC: the columns of the monitor are narrow. */
export const startedText = (at: number): string => new Date(at).toISOString().slice(5, 19).replace('T', ' ');

export const playersOf = ({ list }: Seats): number => list.filter((seat) => seat.account !== null).length;

/** Seats that strangers may still take: none once the match has begun. */
export const freeSeatsOf = ({ phase, list }: Seats): number =>
  phase === 'lobby' ? list.filter(isFree).length : 0;

interface ListedRoom {
  readonly roomId: string;
  metadata: Listing;
  setMatchmaking(changes: { private: boolean; metadata: Listing }): Promise<void>;
}

/** Keeps the listing of a room as its match is. */
export class Listed {
  readonly #room: ListedRoom;
  readonly #isOpen: (seats: Seats) => boolean;
  #latest = '';

  /** `isOpen`: whether strangers may be sent there. */
  constructor(room: ListedRoom, isOpen: (seats: Seats) => boolean) {
    this.#room = room;
    this.#isOpen = isOpen;
  }

  /** Resolves when the matchmaker knows it; what is not new costs nothing. */
  async update({ seats, startedAt }: TableView<unknown>): Promise<void> {
    const { roomId, metadata } = this.#room;
    const { phase } = seats;
    // once it has begun nobody takes a seat: only the phase changes
    if (phase !== 'lobby' && phase === metadata.phase) return;
    const offered = this.#isOpen(seats);
    const players = playersOf(seats);
    const listed = `${phase} ${players} ${offered}`;
    if (listed === this.#latest) return;
    this.#latest = listed;
    const created = createdAt(roomId);
    const started = created === null || startedAt === null ? '' : startedText(created + startedAt);
    const now = { ...metadata, phase, players, started };
    await this.#room.setMatchmaking({ private: !offered, metadata: now });
  }
}
