/** What a game gives to the platform: everything that the server must know of it. `rooms/index.ts` lists them. */
import type { z } from 'zod';
import type { Engine } from './engine.ts';
import type { MatchRoomClass } from './match-room.ts';

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
