import { setTimeout as sleep } from 'node:timers/promises';
import { chooseActions } from '../../rooms/tetris/bots.ts';
import type { TetrisOptions } from '../../rooms/tetris/commands.ts';
import type { TetrisView } from '../../rooms/tetris/rules.ts';
import type { Strength } from '../../src/match/rules.ts';
import type { Player } from './player.ts';
import { readTable } from './read-table.ts';

export interface Manner {
  readonly strength: Strength;
  readonly options: TetrisOptions;
  /** From one key to the next, in milliseconds. */
  readonly keyMs: number;
}

/** No bot waits longer between two keys. */
const slowestPace = 60;

/** Gets ready and plays the match to its end, a key at a time. Throws DemoError. */
export async function play(player: Player, { strength, options, keyMs }: Manner): Promise<void> {
  const { room } = player;
  await player.send('ready', { ready: true });
  while (room.state.phase !== 'over') {
    const change = player.change();
    const key =
      room.state.phase === 'playing'
        ? chooseKey(readTable(room.state, options), player.seat, strength)
        : null;
    if (key) await player.send('input', key);
    // what it brought about is in the change after its answer
    await (key ? player.change() : change);
    await sleep(keyMs);
  }
}

/** What the bot does next: it presses a key only in some ticks, and here it need not wait for those. */
function chooseKey(view: TetrisView, seat: number, strength: Strength): object | null {
  for (let tick = 0; tick < slowestPace; tick++) {
    const [command] = chooseActions(view, seat, strength, tick);
    // tick 0: in the next, whichever that is
    if (command) return { ...(command.payload as object), tick: 0 };
  }
  return null;
}
