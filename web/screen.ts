/** A match on the screen: the own board, or the first one for who watches, large; the others small and live. */
import { KeyRepeat } from '../client/tetris/key-repeat.ts';
import { listenToKeys } from './keys.ts';
import type { Match } from './match.ts';
import { fit, paintOwn, paintSmall } from './paint.ts';
import { fromPrediction, fromSeat, type ShownBoard } from './shown-board.ts';
import { listenToTouch } from './touch.ts';

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Shows the match and plays until the signal. */
export function showMatch(match: Match, signal: AbortSignal): void {
  const board = byId<HTMLCanvasElement>('board');
  const keys = new KeyRepeat();
  listenToKeys(keys, signal);
  listenToTouch(byId('own'), keys, signal);
  byId('match-id').textContent = match.id;
  const others = new Others(byId('opponents'));
  signal.addEventListener('abort', () => others.clear());
  const frame = (): void => {
    if (signal.aborted) return;
    if (match.table?.phase === 'playing') match.own.frame(keys);
    else keys.take(false);
    paintMain(board, match);
    others.paint(match);
    byId('message').textContent = messageOf(match);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

function paintMain(canvas: HTMLCanvasElement, match: Match): void {
  const shown = shownOf(match);
  if (!shown) return;
  fit(canvas);
  paintOwn(canvas, shown);
}

function shownOf({ seats, seat, table, own }: Match): ShownBoard | null {
  const isPlaying = seat >= 0 && table.phase === 'playing';
  if (isPlaying) return own.board && fromPrediction(own.board);
  const shown = seats[Math.max(0, seat)];
  return shown ? fromSeat(shown) : null;
}

/** The boards of the other seats. */
class Others {
  readonly #parent: HTMLElement;
  readonly #figures = new Map<number, HTMLElement>();

  constructor(parent: HTMLElement) {
    this.#parent = parent;
  }

  paint({ seats, seat: own }: Match): void {
    for (const [at, seat] of seats.entries()) {
      if (at === Math.max(0, own)) continue;
      const figure = this.#figureOf(at);
      const [canvas, caption] = figure.children as unknown as [HTMLCanvasElement, HTMLElement];
      fit(canvas);
      paintSmall(canvas, fromSeat(seat));
      caption.textContent = captionOf(seat);
    }
  }

  clear(): void {
    this.#parent.replaceChildren();
  }

  #figureOf(seat: number): HTMLElement {
    const known = this.#figures.get(seat);
    if (known) return known;
    const figure = document.createElement('figure');
    figure.append(document.createElement('canvas'), document.createElement('figcaption'));
    this.#parent.append(figure);
    this.#figures.set(seat, figure);
    return figure;
  }
}

function captionOf({ name, bot, connected, score, account }: Match['seats'][number]): string {
  if (bot) return `bot, ${bot} · ${score}`;
  if (!account) return 'free seat';
  return `${name || 'guest'}${connected ? '' : ' (away)'} · ${score}`;
}

function messageOf({ table, seats, seat, isGone }: Match): string {
  if (isGone && table?.phase !== 'over') return 'Connection lost\nReload the page to come back';
  if (!table || seats.length === 0) return '';
  const own = seats[seat];
  if (table.phase === 'lobby') return 'Waiting for the others …';
  if (table.phase === 'playing') return own && !own.alive ? 'Out' : '';
  if (!own) return 'The match is over';
  return seats.length === 1
    ? `${own.score} points`
    : own.placement === 1
      ? 'You win'
      : `Place ${own.placement}`;
}
