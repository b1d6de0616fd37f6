/** A match: one stretch of 32-bit words, so that saving it is one copy. Little-endian, like every machine it runs on. */
import { seededRandom } from '../../src/match/random.ts';
import { BOARD_WORDS, boardOn, clearBoard, type Board } from './board.ts';
import type { Targeting, TetrisOptions } from './commands.ts';
import { defineFields, type Fields, type Words } from './fields.ts';
import { fillQueue } from './queue.ts';
import { clearRows } from './rows.ts';

const FIELDS = [
  'tick',
  /** 1 when the match has ended. */
  'over',
  'players',
  'startLevel',
  'targeting',
  'messiness',
  'garbageDelay',
  /** Limits; 0 for none. */
  'lines',
  'ticks',
] as const;

const chanceAt = FIELDS.length;
const HEADER_WORDS = chanceAt + 4;
const TARGETINGS: readonly Targeting[] = ['even', 'random', 'attackers'];

class MatchMemory implements Words {
  readonly words: Int32Array;
  /** The random generator of holes and targets. */
  readonly chance: Int32Array;
  readonly boards: readonly Board[];
  readonly options: TetrisOptions;

  constructor(words: Int32Array) {
    this.words = words;
    this.chance = words.subarray(chanceAt, HEADER_WORDS);
    const seats = (words.length - HEADER_WORDS) / BOARD_WORDS;
    this.boards = Array.from({ length: seats }, (_, seat) =>
      boardOn(
        seat,
        words.subarray(HEADER_WORDS + seat * BOARD_WORDS, HEADER_WORDS + (seat + 1) * BOARD_WORDS),
      ),
    );
    this.options = readOptions(this as MatchMemory as TetrisState);
  }
}
defineFields(MatchMemory.prototype, FIELDS);

export type TetrisState = MatchMemory & Fields<(typeof FIELDS)[number]>;

/** A match before its first step: no board has a piece yet. */
export function firstState(options: TetrisOptions, seats: number, seed: string): TetrisState {
  const state = emptyState(options, seats);
  state.chance.set(seededRandom(seed, 'chance').state());
  const bag = seededRandom(seed, 'pieces').state();
  for (const board of state.boards) {
    board.bag.set(bag);
    fillQueue(board);
  }
  return state;
}

/** Without any randomness: no board knows a piece to come. */
export function emptyState(options: TetrisOptions, seats: number): TetrisState {
  const words = new Int32Array(HEADER_WORDS + seats * BOARD_WORDS);
  const header: Fields<(typeof FIELDS)[number]> = {
    tick: 0,
    over: 0,
    players: seats,
    startLevel: options.startLevel,
    targeting: TARGETINGS.indexOf(options.targeting),
    messiness: options.messiness,
    garbageDelay: options.garbageDelay,
    lines: options.lines ?? 0,
    ticks: options.ticks ?? 0,
  };
  words.set(FIELDS.map((name) => header[name]));
  const state = new MatchMemory(words) as TetrisState;
  for (const board of state.boards) {
    clearRows(board);
    clearBoard(board, options.startLevel);
  }
  return state;
}

export function encodeState(state: TetrisState): Uint8Array {
  return new Uint8Array(state.words.slice().buffer);
}

/** Throws RangeError on what `encodeState` never gave. */
export function decodeState(bytes: Uint8Array): TetrisState {
  const words = new Int32Array(new Uint8Array(bytes).buffer);
  const seats = words[FIELDS.indexOf('players')];
  if (seats === undefined || words.length !== HEADER_WORDS + seats * BOARD_WORDS)
    throw new RangeError(
      `${bytes.length} bytes are no state of a Tetris match: take the bytes that encode gave`,
    );
  return new MatchMemory(words) as TetrisState;
}

/** FNV-1a of the state's bytes, twice 32 bits with different primes: 16 hexadecimal digits. */
export function hashState(state: TetrisState): string {
  const bytes = new Uint8Array(state.words.buffer);
  let [a, b] = [0x811c9dc5, 0x01000193];
  for (let at = 0; at < bytes.length; at++) {
    a = Math.imul(a ^ bytes[at]!, 0x01000193);
    b = Math.imul(b ^ bytes[at]!, 0x0100019d);
  }
  return [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function readOptions(state: TetrisState): TetrisOptions {
  const { players, startLevel, messiness, garbageDelay, lines, ticks } = state;
  return {
    players,
    startLevel,
    targeting: TARGETINGS[state.targeting]!,
    messiness,
    garbageDelay,
    ...(lines > 0 && { lines }),
    ...(ticks > 0 && { ticks }),
  };
}
