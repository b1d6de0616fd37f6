/** A match that is shown again: its log in a player, and its moments. Of a running one what comes is added. */
import type { MatchSetup } from '../match/engine.ts';
import type { Game } from '../match/game.ts';
import { unknownVersion } from './engines.ts';
import { isClaim } from './match-log.ts';
import { ReplayPlayer } from './player.ts';
import type { RecordedMatch, RecordedMoment, ReplaySource } from './ports.ts';
import { badLog, ReplayError } from './replay-error.ts';

/** A key moment, and where it is shown. */
export interface ShownMoment extends RecordedMoment {
  readonly at: number;
}

export interface ReplayDeps {
  readonly source: ReplaySource;
  readonly games: readonly Game[];
}

export class Replay {
  readonly matchId: string;
  readonly game: Game;
  readonly player: ReplayPlayer;
  readonly #source: ReplaySource;
  #moments: readonly RecordedMoment[];
  #hasMore: boolean;

  private constructor(
    source: ReplaySource,
    matchId: string,
    game: Game,
    player: ReplayPlayer,
    recorded: RecordedMatch,
  ) {
    this.#source = source;
    this.matchId = matchId;
    this.game = game;
    this.player = player;
    this.#moments = recorded.moments;
    this.#hasMore = !player.isOver && !recorded.isOver;
  }

  /** Null where the tenant has no such match. Throws ReplayError. */
  static async open(
    { source, games }: ReplayDeps,
    tenantId: string,
    matchId: string,
  ): Promise<Replay | null> {
    const recorded = await source.load(tenantId, matchId);
    if (!recorded) return null;
    const { entries, isOver } = recorded;
    if (isClaim(recorded))
      throw new ReplayError('replay/not_played', 'only the result of this match was recorded, not its play');
    const { game, make } = engineFor(games, entries[0]?.data as MatchSetup | undefined);
    const player = await ReplayPlayer.open(make, entries);
    if (isOver && !player.isOver) {
      await player.close();
      throw badLog('it has no end');
    }
    return new Replay(source, matchId, game, player, recorded);
  }

  /** Whether the log goes to its result: from then on nothing of it is secret. */
  get isOver(): boolean {
    return this.player.isOver;
  }

  /** Whether more may come. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Those of which the log has the entry, in their order. */
  get moments(): readonly ShownMoment[] {
    return this.#moments.flatMap(({ number, n, t, type, seat, data }) => {
      const at = this.player.timeline.atEntry(n);
      return at === null ? [] : [{ number, n, t, type, seat, data, at }];
    });
  }

  /** Asks for what has come since, and adds it. True: something has. */
  async update(): Promise<boolean> {
    const { length } = this.player.timeline;
    const { entries, moments, isOver } = await this.#source.more(this.matchId, length + 1);
    const before = this.moments.length;
    // records come whole: the first may begin before
    const added = entries.filter(({ n }) => n > length);
    await this.player.extend(added);
    this.#moments = moments;
    this.#hasMore = !isOver && !this.isOver;
    return added.length > 0 || this.moments.length > before;
  }
}

function engineFor(games: readonly Game[], setup: MatchSetup | undefined) {
  if (!setup) throw badLog('it is empty');
  const game = games.find(({ name }) => name === setup.game);
  if (game && Object.hasOwn(game.engines, setup.version)) return { game, make: game.engines[setup.version]! };
  throw unknownVersion(setup);
}
