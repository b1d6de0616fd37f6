import { tetrisRules } from '../../rooms/tetris/rules.ts';
import { tetrisOptions } from '../../rooms/tetris/commands.ts';
import { Refusal, type SeatResult, type Strength } from '../../src/match/rules.ts';
import type { TimedInput } from '../../src/match/simulate.ts';

export const seed = '0123456789abcdef0123456789abcdef';

export interface BotPlay {
  readonly options: object;
  readonly inputs: readonly TimedInput[];
  readonly results: readonly SeatResult[];
  /** The last. */
  readonly tick: number;
}

/** A play of Tetris bots, made by the rules alone, a strength for each seat: without the engine, and so without what is to be proved. */
export function playTetris(
  given: object = {},
  strengths: readonly Strength[] = ['medium'],
  seedOfPlay = seed,
): BotPlay {
  const options = tetrisOptions.parse({ players: 1, ...given });
  const state = tetrisRules.setup(options, options.players, seedOfPlay);
  const inputs: TimedInput[] = [];
  const press = (seat: number): void => {
    const strength = strengths[seat]!;
    for (const command of tetrisRules.bot(tetrisRules.visible(state, seat), seat, strength, state.tick)) {
      const entries = tetrisRules.decide(state, seat, command);
      if (entries instanceof Refusal) throw new Error(entries.message);
      for (const entry of entries) tetrisRules.apply(state, entry);
      inputs.push({ tick: state.tick + 1, seat, ...command });
    }
  };
  for (;;) {
    const results = tetrisRules.result(state);
    if (results) return { options, inputs, results, tick: tetrisRules.tick(state) };
    for (let seat = 0; seat < options.players; seat++) press(seat);
    tetrisRules.step(state, () => {});
  }
}

/** The inputs as they are posted. */
export const pairsOf = ({ inputs }: BotPlay): [number, number][] =>
  inputs.map(({ tick, payload }) => [tick, (payload as { actions: number }).actions]);

/** What an honest client posts of a play. */
export function honest(play: BotPlay) {
  const { score, stats } = play.results[0]!;
  return {
    game: 'tetris',
    score,
    lines: stats['lines_cleared']!,
    level: stats['level']!,
    pieces: stats['pieces_placed']!,
    duration_ms: stats['duration_ms']!,
    options: play.options as Record<string, unknown>,
    seed,
    inputs: pairsOf(play) as unknown[],
  };
}
