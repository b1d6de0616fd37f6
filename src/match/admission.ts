/** Who may come into a match, and for how many of its seats somebody is on the way. */
import { ServerError } from '@colyseus/core';
import type { Principal } from '../auth/principal.ts';
import type { Claim } from '../store/match-store.ts';
import { type AnyRoom, reservations } from './colyseus-internals.ts';
import { freeSeatsOf } from './listing.ts';
import { type CheckedOptions, isPlayer, mayEnter } from './room-auth.ts';
import { seatOf, type Seats } from './seats.ts';

export const notFound = (): ServerError => new ServerError(404, 'match/not_found: there is no such match');

export class Admission {
  readonly #room: AnyRoom;
  readonly #claim: () => Claim;
  readonly #seats: () => Seats;

  constructor(room: AnyRoom, claim: () => Claim, seats: () => Seats) {
    this.#room = room;
    this.#claim = claim;
    this.#seats = seats;
  }

  /** Throws ServerError where this principal can't come in: not a match of theirs, or no seat for a player. */
  check(options: CheckedOptions, principal: Principal): void {
    if (!mayEnter(principal, this.#claim())) throw notFound();
    if (!isPlayer(principal, options) || seatOf(this.#seats(), principal.accountId) >= 0) return;
    if (freeSeatsOf(this.#seats()) > this.#expected(principal.accountId)) return;
    throw new ServerError(409, 'seat/none_free: no seat is free; join with {"spectate": true} to watch');
  }

  admits(options: CheckedOptions, principal: Principal): boolean {
    try {
      this.check(options, principal);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether strangers may be sent here: a seat is free, and nobody is on the way to it. */
  isOpen(seats: Seats): boolean {
    return freeSeatsOf(seats) > this.#expected();
  }

  /** Players on their way here who have no seat yet, besides this account: each will want one. */
  #expected(account?: string): number {
    const accounts = new Set<string>();
    for (const { joinOptions, auth } of reservations(this.#room)) {
      const principal = auth as Principal;
      if (!isPlayer(principal, joinOptions as CheckedOptions) || principal.accountId === account) continue;
      if (seatOf(this.#seats(), principal.accountId) < 0) accounts.add(principal.accountId);
    }
    return accounts.size;
  }
}
