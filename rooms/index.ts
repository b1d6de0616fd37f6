/** The games that the server offers. */
import type { Game } from '../src/match/game.ts';
import { tetris } from './tetris/room.ts';
import { whist } from './whist/room.ts';

export const games: readonly Game[] = [whist, tetris];
