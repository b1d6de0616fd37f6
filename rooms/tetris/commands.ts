import { z } from 'zod';
import { ALL_ACTIONS } from './actions.ts';

/**
 * `tick`: the step in which the client meant it; the host holds back what comes early. `actions`: the bits of actions.ts.
 */
export const tetrisCommands = {
  input: z.strictObject({ tick: z.int().min(0), actions: z.int().min(0).max(ALL_ACTIONS) }),
};

export const TARGETINGS = ['even', 'random', 'attackers'] as const;

/** Options of a match; SPEC.md has their meaning. Times in ticks of 1/60 s. */
export const tetrisOptions = z.strictObject({
  players: z.int().min(1).max(8).default(2),
  startLevel: z.int().min(1).max(15).default(1),
  targeting: z.enum(TARGETINGS).default('even'),
  /** Percent. */
  messiness: z.int().min(0).max(100).default(30),
  garbageDelay: z.int().min(0).max(600).default(20),
  /** The match ends when a seat has cleared so many. */
  lines: z.int().min(1).max(10_000).optional(),
  /** The match ends after so many. */
  ticks: z.int().min(1).max(5_184_000).optional(),
});

export type TetrisOptions = z.output<typeof tetrisOptions>;
export type Targeting = (typeof TARGETINGS)[number];
