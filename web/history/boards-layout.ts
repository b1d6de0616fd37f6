/** How many boards stand beside each other, and how large. */

export interface BoardsLayout {
  readonly columns: number;
  /** With hold, next pieces and figures; else the field alone. */
  readonly isFull: boolean;
  /** A cell of a field, in pixels. */
  readonly cell: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Cells that a board takes: paint.ts. */
const full: Size = { width: 20, height: 20.6 };
const small: Size = { width: 10, height: 20 };
/** Below this, next pieces can't be read: the field itself is worth more. */
const readableCell = 13;

/** The arrangement with the largest cells. `area` and the `margins` of each board in pixels. */
export function layoutBoards(boards: number, area: Size, margins: Size): BoardsLayout {
  const whole = largest(boards, area, margins, full);
  if (whole.cell >= readableCell) return { ...whole, isFull: true };
  return { ...largest(boards, area, margins, small), isFull: false };
}

function largest(boards: number, area: Size, margins: Size, board: Size): { columns: number; cell: number } {
  let best = { columns: 1, cell: 0 };
  for (let columns = 1; columns <= boards; columns++) {
    const rows = Math.ceil(boards / columns);
    const wide = (area.width / columns - margins.width) / board.width;
    const high = (area.height / rows - margins.height) / board.height;
    const cell = Math.min(wide, high);
    if (cell > best.cell) best = { columns, cell };
  }
  return best;
}
