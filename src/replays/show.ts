import { mirrorTable } from '../match/table.ts';
import type { TableView } from '../match/table-engine.ts';
import type { Playback } from './playback.ts';
import type { Replay } from './replay.ts';
import type { ReplayState } from './replay-state.ts';

/** Names are not kept: an account is all that a log knows. */
const noNames: ReadonlyMap<string, string> = new Map();

/** Sets what has changed of what is shown. The hands of a match that goes on never come near the state. */
export function show(state: ReplayState, { game, player, isOver }: Replay, playback: Playback): void {
  const { at, speed, isPlaying } = playback;
  const { duration, timeline } = player;
  const tick = timeline.tickAt(player.at);
  Object.assign(state, { at, speed, isPlaying, isOver, duration, tick });
  const all = player.view(null);
  // nobody waits for a deadline here
  mirrorTable(state.table, { ...all, deadline: null }, { origin: 0, isOver: true }, noNames);
  const see = (seat: number | null): TableView<never> => (seat === null || !isOver ? all : player.view(seat));
  game.table.mirror(state.table, see, () => true);
}
