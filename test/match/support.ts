import type { MatchOptions, MatchSetup } from '../../src/match/engine.ts';

export const seed = '00112233445566778899aabbccddeeff';

export const setupOf = (game: string, options: Partial<MatchOptions>): MatchSetup => ({
  game,
  version: '1',
  options: { mode: 'casual', turnMs: 30_000, botDelayMs: 700, ...options },
  seed,
});
