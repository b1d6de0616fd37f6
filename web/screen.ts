/** A match on the screen: the own board, or the first one for who watches, large; the others small and live. */
import { KeyRepeat } from '../client/tetris/key-repeat.ts';
import { title } from './history/words.ts';
import { listenToKeys } from './keys.ts';
import type { LiveMoment, Match } from './match.ts';
import { fit, paintOwn, paintSmall } from './paint.ts';
import { fromPrediction, fromSeat, type ShownBoard } from './shown-board.ts';
import { listenToTouch } from './touch.ts';

const momentMs = 3_000;

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Shows the match and plays until the signal. */
export function showMatch(match: Match, signal: AbortSignal): void {
  const board = byId<HTMLCanvasElement>('board');
  const keys = new KeyRepeat();
  listenToKeys(keys, signal);
  listenToTouch(byId('own'), keys, signal);
  byId('match-id').textContent = match.id;
  byId<HTMLAnchorElement>('again').href = `./history.html#/match/${match.id}`;
  const others = new Others(byId('opponents'));
  signal.addEventListener('abort', () => others.clear());
  byId('moments').replaceChildren();
  match.onMoment((moment) => showMoment(match, moment, signal));
  const frame = (): void => {
    if (signal.aborted) return;
    if (match.table?.phase === 'playing') match.own.frame(keys);
    else keys.take(false);
    paintMain(board, match);
    others.paint(match);
    byId('message').textContent = messageOf(match);
    byId('again').hidden = match.table?.phase !== 'over';
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** For a few seconds, the newest below the others. */
function showMoment({ seats, seat: own }: Match, { type, seat }: LiveMoment, signal: AbortSignal): void {
  if (signal.aborted) return;
  const item = document.createElement('li');
  const whose = seat === null || seat === own ? '' : ` · ${nameOf(seats[seat]!)}`;
  item.textContent = `${title(type)}${whose}`;
  if (seat !== null) item.dataset['seat'] = String(seat);
  byId('moments').append(item);
  setTimeout(() => item.remove(), momentMs);
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

function captionOf(seat: Match['seats'][number]): string {
  const { bot, connected, score, account } = seat;
  if (!bot && !account) return 'free seat';
  return `${nameOf(seat)}${bot || connected ? '' : ' (away)'} · ${score}`;
}

const nameOf = ({ name, bot }: Match['seats'][number]): string => (bot ? `bot, ${bot}` : name || 'guest');

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
