/** Makes matches and opens claimed ones: between store and games, without a room. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Claim, MatchStore } from '../store/match-store.ts';
import type { Clock } from './clock.ts';
import type { Engine, MatchOptions, SeatChange } from './engine.ts';
import type { Game } from './game.ts';
import { Match, type MatchHost } from './match.ts';
import { uuidv7 } from './uuid.ts';

export interface MatchesDeps {
  readonly store: MatchStore;
  readonly clock: Clock;
  readonly games: readonly Game[];
}

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

  /** A new match, claimed and with its first entry committed. `seated` sit down (or are bots) before anyone else. */
  async create(game: Game, tenantId: string, options: MatchOptions, listener: MatchListener): Promise<Match> {
    const origin = this.#deps.clock.now();
    const { version } = game;
    const matchId = uuidv7(origin);
    const claim = await this.#deps.store.create({ matchId, tenantId, game: game.name, version, origin });
    const match = await this.open(claim, listener);
    const setup = { game: game.name, version, options, seed: randomBytes(16).toString('hex') };
    const outcome = await match.submit({ kind: 'create', t: 0, setup });
    if (!outcome.ok) throw new Error(`match ${matchId} could not be made: ${outcome.code}`);
    return match;
  }

  open(claim: Claim, listener: MatchListener): Promise<Match> {
    const { store, clock } = this.#deps;
    return Match.open(
      { store, clock, engine: (game, version) => this.#engine(game, version), ...listener },
      claim,
    );
  }

  /** Whether this process has the engine that a claimed match began with. */
  has(claim: Claim): boolean {
    return this.#deps.games.some(
      (game) => game.name === claim.game && Object.hasOwn(game.engines, claim.version),
    );
  }

  #engine(name: string, version: string): Engine {
    const make = this.game(name).engines[version];
    if (!make)
      throw new Error(`${name} has no engine of version ${version}; keep released versions registered`);
    return make();
  }
}
