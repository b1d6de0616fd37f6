/** What `POST /api/solo_results` takes, checked at the edge. SPEC.md has the meaning of each field. */
import { z } from 'zod';

/** An hour at 60 Hz. */
export const mostTicks = 216_000;

/** Bytes: an hour of 13 inputs a second. The games of this process wait while it is parsed, so it is not much more. */
export const bodyLimit = 524_288;

const figure = z.int().min(0).max(2_147_483_647);

export const idempotencyKey = z
  .string()
  .regex(/^[\x21\x23-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters, none of them a quote');

export const soloBody = z
  .strictObject({
    game: z
      .string()
      .regex(/^[a-z0-9_-]{1,64}$/, 'must be 1 to 64 of a-z 0-9 _ -')
      .default('tetris'),
    score: z.int().min(0),
    lines: figure,
    level: figure.min(1),
    pieces: figure,
    /** Shown for results without inputs; of others the play itself says it. */
    duration_ms: figure,
    options: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: "The game's own options of the play." }),
    seed: z
      .string()
      .regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits')
      .optional()
      .meta({ description: 'With which it was played; inputs need it.' }),
    /** Looked at one by one as the play goes on (inputs.ts). */
    inputs: z.array(z.unknown()).max(mostTicks).optional().meta({
      description:
        'Pairs `[tick, actions]` in the order of their ticks; the first tick is 1. Without them the result is not verified.',
    }),
    idempotency_key: idempotencyKey.optional().meta({ description: 'The same as the header.' }),
  })
  .refine(({ inputs, seed }) => inputs === undefined || seed !== undefined, {
    path: ['seed'],
    error: 'inputs say nothing without the seed that they were played with',
  })
  .meta({
    id: 'SoloResult',
    example: { game: 'tetris', score: 1200, lines: 8, level: 1, pieces: 40, duration_ms: 61_000 },
  });

export type SoloBody = z.output<typeof soloBody>;
