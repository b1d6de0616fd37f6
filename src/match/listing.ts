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

/** Whether strangers may be sent here: a lobby with a free seat. */
export const isOffered = ({ phase, list }: Seats): boolean => phase === 'lobby' && list.some(isFree);
