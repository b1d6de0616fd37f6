/** A server with other games than those of rooms/. */
import { startApp } from '../../../src/app.ts';
import { loadConfig } from '../../../src/config.ts';
import type { Game } from '../../../src/match/game.ts';

export async function serve(games: readonly Game[]): Promise<void> {
  await startApp(loadConfig(), { games });
  process.stdout.write('it is ready\n');
}
