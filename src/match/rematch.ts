/** Another match of the same people: made, with their seats, once every player who is still here has asked for it. */
import type { Game } from './game.ts';
import type { Matches } from './matches.ts';
import type { TableView } from './table-engine.ts';
import type { Seats } from './seats.ts';

export class Rematch {
  readonly #votes = new Set<string>();
  #made: Promise<string> | null = null;

  /** Id of the next match once all who are present have voted, else null. */
  async vote(account: string, seats: Seats, make: () => Promise<string>): Promise<string | null> {
    this.#votes.add(account);
    const present = seats.list.filter((seat) => seat.account !== null && seat.awaySince === null);
    if (!present.every((seat) => this.#votes.has(seat.account!))) return null;
    this.#made ??= make().catch((error: unknown) => {
      this.#made = null;
      throw error;
    });
    return this.#made;
  }
}

const unseen = { told: () => {}, lost: () => {}, fault: () => {} };

/**
 * A new match with the options of another, where people and bots sit as they sat; of a tournament it is no part any more.
 * Returns its id; it is held by nobody.
 */
export async function repeatMatch(
  matches: Matches,
  game: Game,
  tenantId: string,
  { seats, options: { tournamentId: _, ...options } }: TableView<unknown>,
): Promise<string> {
  const claim = await matches.create(game, tenantId, options);
  const match = await matches.open(claim, unseen);
  for (const [seat, { account }] of seats.list.entries()) {
    if (account !== null) await match.seat({ type: 'sit', account, seat });
  }
  const host = seats.list.findIndex(({ account }) => account !== null);
  for (const [seat, { bot }] of seats.list.entries()) {
    if (bot !== null) await match.command(host, `bot ${seat}`, 'add_bot', { seat, strength: bot });
  }
  for (const { account } of seats.list) {
    if (account !== null) await match.seat({ type: 'away', account });
  }
  await match.close('release');
  return claim.matchId;
}
