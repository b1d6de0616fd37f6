/** Tetris boards in the stage, as many as the match has seats. */
import type { TetrisSeat, TetrisTable } from '../../rooms/tetris/state.ts';
import { fit, paintOwn, paintSmall } from '../paint.ts';
import { fromSeat } from '../shown-board.ts';
import { layoutBoards } from './boards-layout.ts';
import { dot, el } from './dom.ts';
import type { Drawing } from './drawing.ts';
import { ordinal } from './words.ts';

interface Figure {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly caption: HTMLElement;
  readonly place: HTMLElement;
}

/** Pixels beside and below each board, for the gap and its caption. */
const margins = { width: 12, height: 46 };

export function drawBoards(stage: HTMLElement): Drawing {
  const parent = el('div', { class: 'boards' });
  stage.replaceChildren(parent);
  let figures: Figure[] = [];
  return {
    draw(table, seatName) {
      const seats = [...(table as TetrisTable).seats];
      if (figures.length !== seats.length) {
        figures = seats.map((_, at) => figureOf(at));
        parent.replaceChildren(...figures.map(({ element }) => element));
      }
      const isFull = arrange(parent, figures);
      for (const [at, seat] of seats.entries()) drawSeat(figures[at]!, seat, seatName(at), isFull);
    },
    spot: (seat) => figures[seat]?.element,
  };
}

function figureOf(seat: number): Figure {
  const canvas = el('canvas', { role: 'img' });
  const [caption, place] = [el('span'), el('b')];
  const element = el(
    'figure',
    { 'data-seat': String(seat) },
    canvas,
    el('figcaption', {}, el('span', { class: 'name' }, dot(seat), caption), place),
  );
  return { element, canvas, caption, place };
}

/** Sizes the canvases. True: there is room for whole boards. */
function arrange(parent: HTMLElement, figures: readonly Figure[]): boolean {
  const area = { width: parent.clientWidth, height: parent.clientHeight };
  const { columns, isFull, cell } = layoutBoards(figures.length, area, margins);
  parent.style.setProperty('--columns', String(columns));
  for (const { element, canvas } of figures) {
    element.style.width = `${cell * (isFull ? 20 : 10)}px`;
    canvas.style.height = `${cell * (isFull ? 20.6 : 20)}px`;
  }
  return isFull;
}

function drawSeat({ canvas, caption, place }: Figure, seat: TetrisSeat, name: string, isFull: boolean): void {
  const shown = fromSeat(seat);
  fit(canvas);
  (isFull ? paintOwn : paintSmall)(canvas, shown);
  canvas.setAttribute('aria-label', `${name}: ${seat.score} points, ${seat.lines} lines`);
  caption.textContent = caption.title = name;
  const ranking = seat.placement > 0 ? ordinal(seat.placement) : seat.alive ? '' : 'out';
  place.textContent = [ranking, isFull ? '' : seat.score.toLocaleString('en')].filter(Boolean).join(' · ');
}
