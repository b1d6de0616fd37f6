/** Two SDK clients play a match of Tetris against a running server, and history has what both saw. */
import { styleText } from 'node:util';
import { tetrisOptions } from '../../rooms/tetris/commands.ts';
import { tetrisMoments } from '../../rooms/tetris/moments.ts';
import type { TetrisTable } from '../../rooms/tetris/state.ts';
import type { HistoryMatch } from '../../src/history/reader.ts';
import type { Api } from '../api.ts';
import { DemoError } from '../demo-error.ts';
import { hearMoments, momentLine } from '../moments.ts';
import { showHistory } from './history-sheet.ts';
import { play } from './play.ts';
import { Player } from './player.ts';
import { Screen } from './screen.ts';

const guests = [
  { name: 'Ada', strength: 'strong' },
  { name: 'Blaise', strength: 'medium' },
] as const;

/** Games of ticks run in real time: a minute, or ten seconds at a higher speed. */
const lengths = {
  whole: { startLevel: 3, ticks: 3_600, keyMs: 120 },
  fast: { startLevel: 8, ticks: 600, keyMs: 30 },
};

/** Throws DemoError. */
export async function demoTetris(api: Api, isFast: boolean): Promise<void> {
  const { keyMs, ...asked } = isFast ? lengths.fast : lengths.whole;
  const options = tetrisOptions.parse({ players: guests.length, ...asked });
  const players = await sitDown(api, { mode: 'demo', ...options });
  const [{ room, account }] = players as [Player];
  const screen = watch(room, asked.ticks);
  hearMoments(
    players.map((player) => player.room as never),
    (moment) =>
      screen.remark(
        momentLine(
          tetrisMoments,
          guests.map(({ name }) => name),
          moment,
        ),
      ),
  );
  await Promise.all(
    players.map((player, i) => play(player, { strength: guests[i]!.strength, options, keyMs })),
  );
  const match = await api.match(account.token, room.roomId);
  const names = new Map(players.map((player) => [player.account.accountId, player.name]));
  showHistory(match, names).forEach((line) => console.log(line));
  for (const player of players) checkResult(player.room.state, match);
  console.log(styleText('green', '\n  ✓ Both clients saw these places and scores.\n'));
  await Promise.all(players.map((player) => player.leave()));
}

/** One after the other: of two who come at once each may open a table. Throws DemoError. */
async function sitDown(api: Api, options: object): Promise<Player[]> {
  const players: Player[] = [];
  for (const { name } of guests) players.push(await Player.sit(api, name, options));
  if (new Set(players.map(({ room }) => room.roomId)).size > 1)
    throw new DemoError('somebody else sat down at the table of the demo: run it again');
  return players;
}

/** Shows what one client sees. A server that is killed and started again is only a pause. */
function watch(room: Player['room'], ticks: number): Screen {
  const screen = new Screen(process.stdout, ticks);
  room.onStateChange((table) => screen.show(table));
  room.onDrop(() => {
    // each attempt to return that fails is a drop too
    if (!room.reconnection.isReconnecting) screen.remark('the server is gone; the players wait for it');
  });
  room.onReconnect(() => screen.remark('the server is back, and the match goes on'));
  return screen;
}

/** History has exactly the places and scores that a client saw at the end. Throws DemoError. */
export function checkResult({ seats }: TetrisTable, { players }: HistoryMatch): void {
  const seen = seats.map(({ account, placement, score }) => `${account} ${placement} ${score}`).join(', ');
  const kept = players
    .map(({ accountId, placement, score }) => `${accountId} ${placement} ${score}`)
    .join(', ');
  if (seen !== kept)
    throw new DemoError(`history has another result than a client saw: ${kept}, not ${seen}`);
}
