import { ApiError } from '../http/errors.ts';
import type { MatchSetup } from '../match/engine.ts';
import type { SoloBody } from './body.ts';
import type { SoloGame } from './ports.ts';

/** Of no meaning without turns, but every match has them. */
const noTurns = { turnMs: 0, botDelayMs: 0 } as const;

/**
 * What the match of a solo result is made from; its seed is empty where the client says none. Throws ApiError 400
 * `solo/unknown_game`, `options/invalid`.
 */
export function setupOf(games: readonly SoloGame[], body: SoloBody): MatchSetup {
  const game = games.find(({ name }) => name === body.game);
  if (!game || !isTickBased(game))
    throw new ApiError(400, 'solo/unknown_game', `there is no tick-based game ${body.game} here`);
  const options = { ...parseOptions(game, body.options), ...noTurns, mode: 'solo' };
  return { game: game.name, version: game.version, options, seed: body.seed ?? '' };
}

const isTickBased = ({ engines, version }: SoloGame): boolean => engines[version]?.().hz !== undefined;

/** The game's options as they were given and as they default, for one player. */
function parseOptions({ options: schema }: SoloGame, given: object): object {
  const alone = 'players' in schema.shape ? { players: 1 } : {};
  const parsed = schema.safeParse({ ...alone, ...given });
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new ApiError(400, 'options/invalid', `${['options', ...path].join('.')}: ${message}`);
  }
  if ((parsed.data['players'] ?? 1) !== 1)
    throw new ApiError(400, 'options/invalid', 'options.players: a solo result is of one player');
  return parsed.data;
}
