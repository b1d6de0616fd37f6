import { randomUUID } from 'node:crypto';
import type { WhistTable } from '../rooms/whist/state.ts';
import { chooseCommand } from './choose.ts';
import type { Guest, Sent } from './guest.ts';

export interface Manner {
  /** How long the player thinks before a command, in milliseconds. */
  think(table: WhistTable): Promise<void>;
  /** The server has answered: the command is in the log, which had `n` entries then. */
  acknowledged?(sent: Sent, n: number): void;
}

/** Gets ready and plays the match to its end. Throws DemoError. */
export async function play(guest: Guest, { think, acknowledged }: Manner): Promise<void> {
  const send = async (name: string, payload: object): Promise<void> => {
    const sent: Sent = { id: randomUUID(), seat: guest.seat, name, payload };
    const n = await guest.request(sent);
    acknowledged?.(sent, n);
  };
  await send('ready', { ready: true });
  for (;;) {
    await guest.until(({ phase, turn }) => phase === 'over' || (phase === 'playing' && turn === guest.seat));
    if (guest.room.state.phase === 'over') return;
    await think(guest.room.state);
    const { name, payload } = chooseCommand(guest.room.state, guest.seat);
    await send(name, payload as object);
  }
}
