/** A match of one player that is created, played to its end within a second, and left. */
import { Decoder } from '@colyseus/schema';
import { addSeats, newTable } from '../../rooms/tetris/state.ts';
import { Player } from './player.ts';

const options = { players: 1, ticks: 30 };

/** Resolves when the server has closed the connection after the end. */
export async function playOne(port: number, token: string): Promise<void> {
  const state = addSeats(newTable(), 1);
  const decoder = new Decoder(state);
  const over = Promise.withResolvers<void>();
  const player = new Player(port, token, 0, {
    state(_, bytes) {
      decoder.decode(bytes, { offset: 1 });
      if (state.phase === 'over') over.resolve();
    },
    answered: () => {},
  });
  await player.join(null, 'tetris', options);
  player.request('ready', { ready: true });
  await over.promise;
  await player.leave();
}
