/** Schemas of the commands about seats, which every game has. */
import { z } from 'zod';

const seat = z.int().min(0).max(63).optional();

export const seatCommands = {
  ready: z.strictObject({ ready: z.boolean().default(true) }),
  add_bot: z.strictObject({ seat, strength: z.enum(['weak', 'medium', 'strong']).default('medium') }),
  remove_bot: z.strictObject({ seat }),
} as const;

export const isSeatCommand = (name: string): boolean => Object.hasOwn(seatCommands, name);
