/** The engines that play matches again. */
import { ApiError } from '../http/errors.ts';
import type { Engine, MatchSetup } from '../match/engine.ts';

/** What of a game is needed to play its matches again. */
export interface PlayedGame {
  readonly name: string;
  /** By version. */
  readonly engines: Readonly<Record<string, () => Engine>>;
}

/** A new engine for a match; null where this server has not the version with which it began. */
export function findEngine(
  games: readonly PlayedGame[],
  { game, version }: Pick<MatchSetup, 'game' | 'version'>,
): Engine | null {
  const engines = games.find(({ name }) => name === game)?.engines;
  return engines && Object.hasOwn(engines, version) ? engines[version]!() : null;
}

export function unknownVersion({ game, version }: Pick<MatchSetup, 'game' | 'version'>): ApiError {
  return new ApiError(
    409,
    'replay/unknown_version',
    `this server can't play ${game} ${version}: ask one of the release with which the match was played`,
  );
}
