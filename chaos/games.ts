/** How each game is played: what a client does next, as fast as this machine can bear. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseCommand } from '../demo/choose.ts';
import { readTable } from '../demo/tetris/read-table.ts';
import { chooseActions } from '../rooms/tetris/bots.ts';
import { tetrisOptions } from '../rooms/tetris/commands.ts';
import type { TetrisTable } from '../rooms/tetris/state.ts';
import { SEATS } from '../rooms/whist/rounds.ts';
import type { WhistTable } from '../rooms/whist/state.ts';
import type { Client } from './client.ts';

export interface Play {
  readonly game: string;
  readonly seats: number;
  readonly options: object;
  /** Plays on to the end, or until the client is gone. */
  play(client: Client): Promise<void>;
}

/** One round, of 13 cards. */
const rounds = 1;
const turnMs = 20_000;
const thinkMs = 150;
const keyMs = 120;
const duel = { players: 2, startLevel: 3, ticks: 900 };
const duelOptions = tetrisOptions.parse(duel);

const whist: Play = {
  game: 'whist',
  seats: SEATS,
  options: { mode: 'chaos', rounds, turnMs },
  async play(client) {
    const isMine = (): boolean => client.state.phase === 'playing' && tableOf(client).turn === client.seat;
    while ((await client.until(() => client.isOver || isMine())) && !client.isOver) {
      await sleep(thinkMs);
      // a bot may have played meanwhile, if the client was away
      if (!isMine()) continue;
      const { name, payload } = chooseCommand(tableOf(client), client.seat);
      const answer = await client.request(name, payload as object);
      if (answer?.n === null) await client.change(keyMs);
    }
  },
};

const tetris: Play = {
  game: 'tetris',
  seats: duel.players,
  options: { mode: 'chaos', ...duel },
  async play(client) {
    while (client.gone === null && !client.isOver) {
      const key = client.state.phase === 'playing' ? chooseKey(client) : null;
      if (key !== null) await client.request('input', { tick: 0, actions: key });
      // a game of ticks may lose the last quarter of a second, and this with it
      else if (isUnready(client)) await client.request('ready', { ready: true });
      await client.change(keyMs);
      await sleep(keyMs);
    }
  },
};

const tableOf = ({ state }: Client): WhistTable => state as unknown as WhistTable;

const isUnready = ({ state, seat }: Client): boolean =>
  state.phase === 'lobby' && state.seats[seat]?.ready === false;

/** What a bot of the rules does next: it presses a key only in some ticks, and here it need not wait for those. */
function chooseKey({ state, seat }: Client): number | null {
  const view = readTable(state as unknown as TetrisTable, duelOptions);
  if (!view.boards[seat]?.alive) return null;
  for (let tick = 0; tick < 60; tick++) {
    const [command] = chooseActions(view, seat, 'medium', tick);
    if (command) return (command.payload as { actions: number }).actions;
  }
  return null;
}

export const plays: readonly Play[] = [whist, tetris];
