/** Another match of the same people: when every player who is still here has asked for it, it is made with their seats. */
import type { Game } from './game.ts';
import type { Match } from './match.ts';
import type { RoomServices } from './room-services.ts';
import type { TableView } from './rules-engine.ts';

const quiet = { told: () => {}, lost: () => {}, fault: () => {} };

export class Rematch {
  readonly #votes = new Set<string>();
  #next: Promise<string> | null = null;

  /** Id of the next match once all present have voted, else null. Bots sit where they sat, and so do people. */
  async vote(
    account: string,
    view: TableView<unknown>,
    match: Match,
    services: RoomServices,
    game: Game,
  ): Promise<string | null> {
    this.#votes.add(account);
    const present = view.seats.list.filter((seat) => seat.account !== null && seat.awaySince === null);
    if (!present.every((seat) => this.#votes.has(seat.account!))) return null;
    this.#next ??= this.#make(view, match, services, game);
    return this.#next;
  }

  async #make(view: TableView<unknown>, match: Match, services: RoomServices, game: Game): Promise<string> {
    const next = await services.matches.create(game, match.claim.tenantId, view.options, quiet);
    const { list } = view.seats;
    for (const [seat, { account }] of list.entries()) {
      if (account !== null) await next.seat({ type: 'sit', account, seat });
    }
    const host = list.findIndex((seat) => seat.account !== null);
    for (const [seat, { bot }] of list.entries()) {
      if (bot !== null) await next.command(host, `rematch ${seat}`, 'add_bot', { seat, strength: bot });
    }
    await next.close('release');
    return next.claim.matchId;
  }
}
