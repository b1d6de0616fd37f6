import { isFree, type Seats } from './seats.ts';

/** What the matchmaker and the monitor know of a match. */
export interface Listing {
  readonly tenantId: string;
  readonly game: string;
  /** See match-options.ts. */
  readonly offer: string;
  readonly phase: string;
  readonly players: number;
  /** Wall time of its creation, as an ISO date. */
  readonly startedAt: string;
}

export const playersOf = ({ list }: Seats): number => list.filter((seat) => seat.account !== null).length;

/** Seats that strangers may still take: none once the match has begun. */
export const freeSeatsOf = ({ phase, list }: Seats): number =>
  phase === 'lobby' ? list.filter(isFree).length : 0;
