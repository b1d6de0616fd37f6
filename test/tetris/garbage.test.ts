import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import type { Board } from '../../rooms/tetris/board.ts';
import { addPacket, cancel, enterGarbage, packetAt, type Packet } from '../../rooms/tetris/garbage.ts';
import { dataOf, draw, drawn, duel, enter, newMatch, press, pressEach, run, send, solo } from './support.ts';

const packet = (rows: number, hole = 4, due = 0, source = 1): Packet => ({ rows, hole, source, due });
const packets = (board: Board): Packet[] =>
  Array.from({ length: board.packets }, (_, at) => packetAt(board, at));
const rowsWaiting = (board: Board): number => packets(board).reduce((sum, { rows }) => sum + rows, 0);

/** The next hard drop of this board clears four lines, and leaves a cell. */
function prepareTetris(board: Board): void {
  draw(board, 'X_________', ...Array<string>(4).fill('XXX_XXXXXX'));
  enter(board, 'I');
  Object.assign(board, { x: 1, rotation: 1 });
}

describe('an attack', () => {
  test('[T15] goes to the other', () => {
    const { state, first, second } = duel();
    prepareTetris(first);
    const told = pressEach(state, 0, HARD_DROP);
    expect(told.filter(({ type }) => type === 'garbage_sent')).toEqual([
      { type: 'garbage_sent', seat: 0, data: { target: 1, rows: 4 } },
    ]);
    expect([rowsWaiting(first), rowsWaiting(second)]).toEqual([0, 4]);
    expect([first.attack, first.sent]).toEqual([4, 4]);
  });

  test('[T15] cancels first what waits for the own seat, the oldest first, due or not', () => {
    const { state, first, second } = duel();
    addPacket(first, packet(2, 1, 0));
    addPacket(first, packet(1, 2, 1000));
    prepareTetris(first);
    expect(dataOf(pressEach(state, 0, HARD_DROP), 'garbage_sent')).toEqual([{ target: 1, rows: 1 }]);
    expect([packets(first), rowsWaiting(second)]).toEqual([[], 1]);
    expect([first.attack, first.sent]).toEqual([4, 1]);
  });

  test('[T15] what it does not cancel waits on', () => {
    const { first } = duel();
    addPacket(first, packet(3, 1));
    addPacket(first, packet(5, 2, 7));
    expect(cancel(first, 4)).toBe(0);
    expect(packets(first)).toEqual([packet(4, 2, 7)]);
  });

  test('[T15] of a solo match reaches nobody', () => {
    const { state, board } = solo();
    prepareTetris(board);
    expect(dataOf(pressEach(state, 0, HARD_DROP), 'garbage_sent')).toEqual([]);
    expect([board.attack, board.sent, board.packets]).toEqual([4, 0, 0]);
  });

  test('[T20] two of the same tick cross, whoever sits where', () => {
    const { state, first, second } = duel();
    prepareTetris(first);
    prepareTetris(second);
    press(state, 1, HARD_DROP);
    press(state, 0, HARD_DROP);
    run(state, 1);
    expect([rowsWaiting(first), rowsWaiting(second)]).toEqual([4, 4]);
    expect([first.sent, second.sent]).toEqual([4, 4]);
  });
});

describe('garbage', () => {
  test('[T16] enters at a lock without a clear, from its delay on', () => {
    for (const [wait, entered] of [
      [18, 0],
      [19, 4],
    ]) {
      const { state, first, second } = duel({ garbageDelay: 20 });
      prepareTetris(first);
      pressEach(state, 0, HARD_DROP);
      run(state, wait!);
      const told = pressEach(state, 1, HARD_DROP);
      expect([second.received, dataOf(told, 'garbage_received')]).toEqual([
        entered,
        entered === 0 ? [] : [{ source: 0, rows: 4 }],
      ]);
    }
  });

  test('[T16] a lock with a clear holds it off', () => {
    const { state, board } = solo();
    addPacket(board, packet(2));
    draw(board, 'X_________', 'XXX____XXX');
    enter(board, 'I');
    pressEach(state, 0, HARD_DROP);
    expect([board.received, drawn(board)]).toEqual([0, ['X_________']]);
  });

  test('[T16] lifts the stack, with its hole, and the piece that locked', () => {
    const { state, board } = solo();
    addPacket(board, packet(2, 9));
    addPacket(board, packet(1, 0));
    draw(board, '________X_');
    enter(board, 'O');
    pressEach(state, 0, HARD_DROP);
    expect(drawn(board)).toEqual(['____XX____', '____XX__X_', 'XXXXXXXXX_', 'XXXXXXXXX_', '_XXXXXXXXX']);
  });

  test('[T16] eight rows a lock at most', () => {
    const { board } = solo();
    for (const rows of [3, 4, 6]) addPacket(board, packet(rows));
    const entering = [1, 2, 3].map(() => {
      const before = board.received;
      expect(enterGarbage(board, 10, () => {})).toBe(true);
      return board.received - before;
    });
    expect(entering).toEqual([8, 5, 0]);
  });

  test('[T17] full but for one hole; without messiness an attack has one column', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 }), fc.integer({ min: 1, max: 20 }), (n, rows) => {
        const state = newMatch(n, { messiness: 0 });
        send(state, rows);
        expect(packets(state.boards[1]!)).toEqual([packet(rows, expect.any(Number) as number, 20, 0)]);
        const { hole } = packetAt(state.boards[1]!, 0);
        expect(hole >= 0 && hole <= 9).toBe(true);
      }),
    );
  });

  test('[T17] messiness is the chance of another column; at 100 each row has another than the one before', () => {
    const holes = (messiness: number): number[] => {
      const state = newMatch(7, { messiness });
      for (let i = 0; i < 400; i++) {
        send(state, 5);
        for (const each of packets(state.boards[1]!)) all.push(each);
        state.boards[1]!.packets = 0;
      }
      return all.splice(0).flatMap(({ rows, hole }) => Array<number>(rows).fill(hole));
    };
    const all: Packet[] = [];
    const changes = (columns: number[]): number =>
      columns.filter((hole, at) => at % 5 !== 0 && hole !== columns[at - 1]).length / (400 * 4);
    expect([changes(holes(0)), changes(holes(100))]).toEqual([0, 1]);
    expect(Math.abs(changes(holes(30)) - 0.3)).toBeLessThan(0.05);
    expect(new Set(holes(30)).size).toBe(10);
  });

  test('[T18] no more than 32 packets; no row is lost', () => {
    const { board } = solo();
    for (let i = 0; i < 40; i++) addPacket(board, packet(2, i % 10, i));
    expect([board.packets, rowsWaiting(board)]).toEqual([32, 80]);
    expect(packetAt(board, 31)).toEqual(packet(18, 1, 31));
  });
});
