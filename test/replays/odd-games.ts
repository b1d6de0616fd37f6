/** Games for a verifier's thread: a real one, one that plays for ever, and ones that the thread does not survive. */
import { games as ownGames } from '../../rooms/engines.ts';
import type { Engine } from '../../src/match/engine.ts';
import type { PlayedGame } from '../../src/replays/engines.ts';

const never = (): never => {
  throw new Error('nobody asks for it');
};

function oddGame(name: string, follow: Engine['follow'], close = (): void => {}): PlayedGame {
  const engine = { version: '1', open: never, handle: never, view: never, checkpoint: never, follow, close };
  return { name, engines: { '1': () => engine } };
}

export const games: readonly PlayedGame[] = [
  ...ownGames,
  oddGame('endless', () => {
    for (;;);
  }),
  oddGame('deadly', () => process.exit(3)),
  oddGame('poisonous', () => {
    setTimeout(() => {
      throw new Error('hunter2');
    });
    return new Promise(() => {});
  }),
  // a fault of the server, not of the log: only a flaw is an answer
  oddGame('faulty', never, () => {
    throw new Error('hunter2');
  }),
];
