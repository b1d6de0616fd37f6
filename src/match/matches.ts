/** Makes matches and opens claimed ones: between store and games, without a room. */
import { randomBytes } from 'node:crypto';
import type { Claim, Commit, MatchStore } from '../store/match-store.ts';
import type { Clock } from './clock.ts';
import { commitUntilAnswered } from './commit.ts';
import type { Engine, Entry, MatchOptions, MatchSetup } from './engine.ts';
import type { Game } from './game.ts';
import { Match, type MatchHost } from './match.ts';
import { type MatchObserver, nobody } from './observer.ts';
import { uuidv7 } from './uuid.ts';

export interface MatchesDeps {
  readonly store: MatchStore;
  readonly clock: Clock;
  readonly games: readonly Game[];
  readonly observer?: MatchObserver;
}

/** A match that nobody opens is woken after this long, and cleared away. */
const openWithinMs = 60_000;

export type MatchListener = Pick<MatchHost, 'told' | 'lost' | 'fault'>;

export class Matches {
  readonly #deps: MatchesDeps;

  constructor(deps: MatchesDeps) {
    this.#deps = deps;
  }

  game(name: string): Game {
    const game = this.#deps.games.find((one) => one.name === name);
    if (!game) throw new Error(`game ${name} is not registered`);
    return game;
  }

  /** A new match, claimed, with the first entry of its log committed. */
  async create(game: Game, tenantId: string, options: MatchOptions): Promise<Claim> {
    const { store, clock } = this.#deps;
    const origin = clock.now();
    const claim = await store.create({
      matchId: uuidv7(origin),
      tenantId,
      game: game.name,
      version: game.version,
      origin,
    });
    const { matchId, epoch, version } = claim;
    const setup: MatchSetup = { game: game.name, version, options, seed: randomBytes(16).toString('hex') };
    const entries: Entry[] = [{ n: 1, t: 0, type: 'create', seat: null, data: setup }];
    const commit: Commit = { matchId, epoch, base: 0, entries, events: [], wakeAt: origin + openWithinMs };
    const status = await commitUntilAnswered(store, clock, commit, () => false);
    if (status !== 'ok') throw new Error(`match ${matchId} could not be made: ${status}`);
    return { ...claim, entries };
  }

  open(claim: Claim, listener: MatchListener): Promise<Match> {
    const { store, clock, observer = nobody } = this.#deps;
    const engine = (game: string, version: string): Engine => this.#engine(game, version);
    return Match.open({ store, clock, observer, engine, ...listener }, claim);
  }

  /** Whether this process has the engine that a match began with. */
  has({ game, version }: Pick<Claim, 'game' | 'version'>): boolean {
    return this.#deps.games.some(({ name, engines }) => name === game && Object.hasOwn(engines, version));
  }

  #engine(name: string, version: string): Engine {
    const make = this.game(name).engines[version];
    if (!make)
      throw new Error(`${name} has no engine of version ${version}; keep released versions registered`);
    return make();
  }
}
