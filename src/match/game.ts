/** What a game gives to the platform: everything that the server must know of it. `rooms/index.ts` lists them. */
import type { z } from 'zod';
import type { Engine } from './engine.ts';
import type { MatchRoomClass } from './match-room.ts';
import type { Rules } from './rules.ts';
import { RulesEngine } from './rules-engine.ts';

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
  readonly room: MatchRoomClass;
}

export interface GameDefinition<S, V, O> {
  /** The rules that new matches take. */
  readonly rules: Rules<S, V, O>;
  /** Engines of released versions of which matches still live. */
  readonly formerEngines?: Readonly<Record<string, () => Engine>>;
  readonly options: z.ZodObject;
  readonly commands: Readonly<Record<string, z.ZodType>>;
  /** A class of its own, made from MatchRoom. */
  readonly room: new () => object;
}

/** A game of rules. */
export function defineGame<S, V, O>(definition: GameDefinition<S, V, O>): Game {
  const { rules, formerEngines = {}, options, commands, room } = definition;
  const engines = { ...formerEngines, [rules.version]: () => new RulesEngine(rules) };
  return {
    name: rules.game,
    version: rules.version,
    engines,
    options,
    commands,
    room: room as MatchRoomClass,
  };
}
