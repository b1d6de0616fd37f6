/** What clients get of a Tetris match, byte for byte: nothing from which the pieces to come could be told. */
import { Room } from '@colyseus/sdk';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import { PIECES } from '../../rooms/tetris/pieces.ts';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import type { Entry, MatchSetup } from '../../src/match/engine.ts';
import { seededRandom } from '../../src/match/random.ts';
import { startServer, type TestServer, until } from '../support/server.ts';
import {
  command,
  dropAll,
  expectToGoOn,
  input,
  isOver,
  openMatch,
  rejoin,
  type Table,
  type TetrisClient,
} from './table.ts';

interface Frame {
  readonly bytes: Buffer;
  /** The next pieces of all seats, as this client sees them after it. */
  readonly next: readonly string[];
}

const frames: Frame[] = [];
let server: TestServer;
let log: Entry[];

/** Keeps every byte that any SDK client of this process gets before the result. */
function recordFrames(): void {
  const inner = Room.prototype as unknown as { onMessageCallback(event: { data: ArrayBuffer }): void };
  const receive = inner.onMessageCallback;
  vi.spyOn(inner, 'onMessageCallback').mockImplementation(function (this: TetrisClient, event) {
    const bytes = Buffer.from(event.data.slice(0));
    receive.call(this, event);
    const { state } = this;
    if (state?.phase !== 'over') frames.push({ bytes, next: state?.seats?.map(({ next }) => next) ?? [] });
  });
}

/** A match with refusals, answers, people who go and come, a server that stops, and an elimination. */
async function play(): Promise<Table> {
  const table = await openMatch(server.url, { startLevel: 1 }, 3, ['medium']);
  await input(table.rooms[0]!, HARD_DROP);
  await command(table.rooms[1]!, 'input', { tick: 1e6, actions: HARD_DROP }).catch(() => {});
  await command(table.rooms[1]!, 'input', { tick: 'now' }).catch(() => {});
  await expectToGoOn(table.rooms[0]!, 90);
  await table.rooms[2]!.leave();
  await rejoin(table, 2);
  let back = 0;
  for (const room of table.rooms) room.onReconnect(() => void back++);
  await server.stop();
  await server.start();
  await until(() => back === 3, 'all are back', 30_000);
  for (const seat of [0, 1, 2]) dropAll(table, seat);
  await until(() => isOver(table), 'the end', 30_000);
  return table;
}

beforeAll(async () => {
  server = await startServer();
  recordFrames();
  const { matchId } = await play();
  await server.stop();
  log = await server.data.log(matchId);
  await server.start();
}, 90_000);
afterAll(() => server.close());

describe('what a client gets before the result', () => {
  test('[R64] of the pieces to come it is the next five, and never six in a row', () => {
    const { seed } = log[0]!.data as MatchSetup;
    const random = seededRandom(seed, 'pieces');
    const bags = Array.from({ length: 60 }, () => random.shuffle([0, 1, 2, 3, 4, 5, 6]));
    const sequence = bags
      .flat()
      .map((piece) => PIECES[piece]!)
      .join('');
    const shown = new Set(frames.flatMap(({ next }) => next).filter((next) => next !== ''));
    expect(shown.size).toBeGreaterThan(10);
    for (const next of shown) {
      expect(next).toHaveLength(5);
      expect(sequence).toContain(next);
    }
    for (const { bytes } of frames) expect(bytes.toString('latin1')).not.toMatch(/[IJLOSTZ]{6}/);
  });

  test('[R64] the seed and the state of the generators are in no frame, in no form', () => {
    expect(frames.length).toBeGreaterThan(100);
    const { seed, options } = log[0]!.data as MatchSetup;
    expect(seed).toMatch(/^[0-9a-f]{32}$/);
    const parts = [0, 8, 16, 24].map((at) => seed.slice(at, at + 8));
    const { chance, boards } = tetrisRules.setup(options as never, 4, seed);
    const words = [...parts.map((part) => Number.parseInt(part, 16)), ...chance, ...boards[0]!.bag];
    const forms = [...parts.map((part) => Buffer.from(part)), ...words.flatMap(formsOf)];
    for (const { bytes } of frames) expect(forms.filter((form) => bytes.includes(form))).toEqual([]);
  });
});

/** A 32-bit word as bytes of both orders, and as decimal text. */
function formsOf(word: number): Buffer[] {
  const [big, little] = [Buffer.alloc(4), Buffer.alloc(4)];
  big.writeInt32BE(word | 0);
  little.writeInt32LE(word | 0);
  return [big, little, Buffer.from(String(word))];
}
