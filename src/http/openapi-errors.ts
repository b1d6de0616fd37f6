/** The forms of an error's body. */
import { z } from 'zod';
import type { Envelope } from './errors.ts';

/** Of every error, whatever answers it. */
export const envelope = z
  .strictObject({
    error: z.strictObject({
      code: z.string().meta({
        description: 'Stable: what a program decides by.',
        example: 'history/not_found',
      }),
      message: z.string().meta({ description: 'What was wrong and what to do next, for people.' }),
      request_id: z.string().meta({
        description: 'The `X-Request-Id` of the answer: the operator finds the request by it.',
      }),
    }),
  })
  .meta({ id: 'Error' }) satisfies z.ZodType<Envelope>;
