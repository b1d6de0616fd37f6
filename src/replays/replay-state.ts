/** What clients see of a replay: where it stands, and the game's own table as it was there. */
import { type Schema, schema, t } from '@colyseus/schema';
import type { Game } from '../match/game.ts';
import type { MatchState } from '../match/table.ts';

const replayFields = {
  matchId: t.string().default(''),
  game: t.string().default(''),
  /** Whether the match has its result; until then it is seen as a spectator sees it. */
  isOver: t.boolean().default(false),
  isPlaying: t.boolean().default(false),
  speed: t.number().default(1),
  /** Milliseconds of play. */
  at: t.number().default(0),
  duration: t.number().default(0),
  /** Of a tick-based game. */
  tick: t.number().default(0),
  /** The session that plays, pauses and seeks. */
  controller: t.string().default(''),
};

export interface ReplayState extends Schema {
  matchId: string;
  game: string;
  isOver: boolean;
  isPlaying: boolean;
  speed: number;
  at: number;
  duration: number;
  tick: number;
  controller: string;
  table: MatchState;
}

/** Makes the state of a replay with so many seats. A game has one schema: made once, when the server starts. */
export type MakeReplayState = (seats: number) => ReplayState;

export function replayStateOf(game: Game): MakeReplayState {
  const Table = game.table.make(1).constructor as new () => MatchState;
  const State = schema({ ...replayFields, table: t.ref(Table) }, `${game.name}_replay`);
  return (seats) => {
    const state = new State() as unknown as ReplayState;
    state.game = game.name;
    state.table = game.table.make(seats);
    return state;
  };
}
