/** Matches of tenant `dev`, played to their end in a moment, for pages to show. */
import { randomUUID } from 'node:crypto';
import type { Room } from '@colyseus/sdk';
import { chooseCommand } from '../../demo/choose.ts';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import type { TetrisTable } from '../../rooms/tetris/state.ts';
import type { WhistTable } from '../../rooms/whist/state.ts';
import { sdkClient, sign, until } from '../support/server.ts';

export type WhistRoom = Room<unknown, WhistTable>;

/** So many rounds, against three bots that do not think. Resolves with the id of the match. */
export async function playWhist(url: string, account: string, rounds: number): Promise<string> {
  return playOn(await beginWhist(url, account, rounds));
}

/** A match that waits for its player, in seat 0. */
export async function beginWhist(url: string, account: string, rounds: number): Promise<WhistRoom> {
  const options = { mode: 'page', rounds, botDelayMs: 0 };
  const room = await sdkClient(url, sign(account)).create<WhistTable>('whist', options);
  room.onMessage('moment', () => {});
  for (let bot = 0; bot < 3; bot++) await say(room, 'add_bot', { strength: 'weak' });
  await say(room, 'ready', { ready: true });
  await until(() => room.state?.turn === 0, 'it is the turn of seat 0');
  return room;
}

/** Plays to the end. Resolves with the id of the match. */
export async function playOn(room: WhistRoom): Promise<string> {
  for (;;) {
    const { phase, turn } = room.state;
    if (phase === 'over') break;
    if (phase !== 'playing' || turn !== 0) await changed(room);
    else {
      const { name, payload } = chooseCommand(room.state, 0);
      await say(room, name, payload as object);
    }
  }
  return leave(room);
}

/** Against a bot, by hard drops alone: over in seconds. Resolves with the id of the match. */
export async function playTetris(url: string, account: string): Promise<string> {
  const options = { mode: 'page', players: 2 };
  const room = await sdkClient(url, sign(account)).create<TetrisTable>('tetris', options);
  room.onMessage('moment', () => {});
  await say(room, 'add_bot', { strength: 'weak' });
  await say(room, 'ready', { ready: true });
  await until(() => room.state?.phase === 'playing', 'the match has begun');
  while (room.state.phase === 'playing') {
    // the last one comes too late
    await say(room, 'input', { tick: 0, actions: HARD_DROP }).catch(() => {});
    if (room.state.phase === 'playing') await changed(room);
  }
  return leave(room);
}

/** A Tetris match of one tick, alone. Resolves with its id. */
export async function playMoment(url: string, account: string): Promise<string> {
  const options = { mode: 'page', players: 1, ticks: 1 };
  const room = await sdkClient(url, sign(account)).create<TetrisTable>('tetris', options);
  await say(room, 'ready', { ready: true });
  await until(() => room.state?.phase === 'over', 'the match is over');
  return leave(room);
}

async function say<S>(room: Room<unknown, S>, name: string, payload: object): Promise<void> {
  await room.request(name as never, { id: randomUUID(), ...payload } as never);
}

function changed<S>(room: Room<unknown, S>): Promise<void> {
  return new Promise((resolve) => room.onStateChange.once(() => resolve()));
}

async function leave<S>(room: Room<unknown, S>): Promise<string> {
  await room.leave();
  return room.roomId;
}
