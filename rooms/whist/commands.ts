import { z } from 'zod';
import { CARD_NAMES, TRUMPS } from './cards.ts';
import { HAND_SIZES } from './rounds.ts';

/** The payload of each command, checked before the rules see it. */
export const whistCommands = {
  bid: z.strictObject({ bid: z.int().min(0).max(13) }),
  trump: z.strictObject({ trump: z.enum(TRUMPS) }),
  play: z.strictObject({ card: z.enum(CARD_NAMES) }),
};

/** `rounds`: play only so many of the 26 rounds, from the first. All of them when absent. */
export const whistOptions = z.strictObject({ rounds: z.int().min(1).max(HAND_SIZES.length).optional() });

export type WhistOptions = z.output<typeof whistOptions>;
