/** What a client may say when it makes or joins a match: checked once, at the edge, and replaced by what passed. */
import { z } from 'zod';
import type { MatchOptions } from './engine.ts';

export interface OptionDefaults {
  readonly turnMs: number;
  readonly botDelayMs: number;
}

export interface JoinRequest {
  readonly spectate: boolean;
  readonly options: MatchOptions;
}

const name = /^[a-z0-9_-]{1,64}$/;

/** Parses raw join options for a game with options `own`; throws ZodError. */
export function parseJoinOptions(own: z.ZodObject, defaults: OptionDefaults, raw: unknown): JoinRequest {
  const { spectate, ...options } = schemaOf(own, defaults).parse(raw ?? {}) as MatchOptions & {
    spectate: boolean;
  };
  return { spectate, options };
}

/** Of each game, made once: to make a schema costs a hundred times what it costs to parse with it. */
const schemas = new WeakMap<z.ZodObject, { readonly defaults: OptionDefaults; readonly schema: z.ZodType }>();

function schemaOf(own: z.ZodObject, defaults: OptionDefaults): z.ZodType {
  const known = schemas.get(own);
  if (known?.defaults === defaults) return known.schema;
  const schema = own
    .extend({
      spectate: z.boolean().default(false),
      mode: z.string().regex(name, 'mode is 1 to 64 of a-z, 0-9, _ and -').default('casual'),
      turnMs: z.int().min(1_000).max(86_400_000).default(defaults.turnMs),
      botDelayMs: z.int().min(0).max(60_000).default(defaults.botDelayMs),
    })
    .strict();
  schemas.set(own, { defaults, schema });
  return schema;
}

/** Matches of the same offer are alike: `joinOrCreate` finds one of them with a free seat. */
export function offerOf(options: MatchOptions): string {
  return JSON.stringify(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
}
