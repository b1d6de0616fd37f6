/** Shows a match as it goes on: a terminal with room for the boards is redrawn, anything else gets a line a second. */
import type { TetrisTable } from '../../rooms/tetris/state.ts';
import { drawTable, tellTable } from './draw.ts';

/** Boards, figures, and a line to type at. */
const leastRows = 30;
const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
const clearToEnd = '\u001B[K';
const up = (lines: number): string => `\u001B[${lines}A`;

export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #mostTicks: number;
  readonly #isLive: boolean;
  #drawn = 0;
  #tick = 0;

  constructor(out: NodeJS.WriteStream, mostTicks: number) {
    this.#out = out;
    this.#mostTicks = mostTicks;
    this.#isLive = out.isTTY && out.rows >= leastRows;
    if (!this.#isLive) return;
    out.write(hideCursor);
    process.once('exit', () => out.write(showCursor));
    process.once('SIGINT', () => process.exit(130));
  }

  show(table: TetrisTable): void {
    if (table.phase === 'lobby') return;
    if (this.#isLive) this.#redraw(table);
    else if (table.tick > this.#tick) this.#out.write(`${tellTable(table)}\n`);
    this.#tick = table.tick;
  }

  /** A remark goes below the boards, which are drawn anew behind it. */
  remark(text: string): void {
    this.#out.write(`  … ${text}\n`);
    this.#drawn = 0;
  }

  #redraw(table: TetrisTable): void {
    const lines = drawTable(table, this.#mostTicks);
    const back = this.#drawn === 0 ? '' : up(this.#drawn);
    this.#out.write(back + lines.map((line) => `${line}${clearToEnd}\n`).join(''));
    this.#drawn = lines.length;
  }
}
