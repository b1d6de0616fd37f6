/** What a game gives to the platform: everything that the server must know of it. `rooms/index.ts` lists them. */
import type { z } from 'zod';
import type { Engine } from './engine.ts';
import { MatchRoom, type MatchRoomClass } from './match-room.ts';
import type { MomentRules } from './moment-rules.ts';
import type { Rules } from './rules.ts';
import { RulesEngine } from './rules-engine.ts';
import type { GameTable } from './table.ts';
import { TickEngine } from './tick-engine.ts';
import type { TickRules } from './tick-rules.ts';

export interface Game {
  /** Name of game and room, such as `whist`: lower case, part of URLs. */
  readonly name: string;
  /** Engines by version. New matches take `version`; released ones stay registered as long as matches of them live. */
  readonly version: string;
  readonly engines: Readonly<Record<string, () => Engine>>;
  /** The game's own options of a match; unknown ones are refused. */
  readonly options: z.ZodObject;
  /** Schema of the payload of each command. */
  readonly commands: Readonly<Record<string, z.ZodType>>;
  readonly table: GameTable;
  /** What of a match is worth showing again; absent: nothing. */
  readonly moments?: MomentRules;
  /**
   * Types of its entries whose data everyone at the table may know at once. Of all others an operator sees the data after
   * the result only; absent: of all.
   */
  readonly openEntries?: readonly string[];
  readonly room: MatchRoomClass;
  /** Messages a second that a client of this game may need, where that is more than the server's limit. */
  readonly messagesPerSecond?: number;
}

interface Definition {
  /** Engines of released versions of which matches still live. */
  readonly formerEngines?: Readonly<Record<string, () => Engine>>;
  readonly options: z.ZodObject;
  readonly commands: Readonly<Record<string, z.ZodType>>;
  readonly messagesPerSecond?: number;
  readonly table: GameTable;
  readonly moments?: MomentRules;
  readonly openEntries?: readonly string[];
  /** A class of its own, made from MatchRoom; absent: MatchRoom does. */
  readonly room?: new () => object;
}

/** A turn-based game: `rules` are those that new matches take. */
export function defineGame<S, V, O>({
  rules,
  ...rest
}: Definition & { readonly rules: Rules<S, V, O> }): Game {
  return makeGame(rules.game, rules.version, () => new RulesEngine(rules), rest);
}

/** A tick-based game. */
export function defineTickGame<S, V, O>({
  rules,
  ...rest
}: Definition & { readonly rules: TickRules<S, V, O> }): Game {
  return makeGame(rules.game, rules.version, () => new TickEngine(rules), rest);
}

function makeGame(name: string, version: string, engine: () => Engine, definition: Definition): Game {
  const { formerEngines = {}, room = MatchRoom, ...rest } = definition;
  return {
    name,
    version,
    engines: { ...formerEngines, [version]: engine },
    room: room as unknown as MatchRoomClass,
    ...rest,
  };
}
