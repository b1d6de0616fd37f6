/** Below the stage: the time line with its marks, and the buttons. */
import { type ReplayMoment, type ReplayState, speeds } from '../../client/replay.ts';
import { button, el, icon } from './dom.ts';
import type { SeatName } from './drawing.ts';
import type { PlayerAction } from './player-keys.ts';
import { share } from './time-line.ts';
import { clock, title } from './words.ts';

export interface ControlsListener {
  act(action: PlayerAction): void;
  /** The time line is dragged to here, or let go here. */
  dragged(at: number, isDone: boolean): void;
  moment(moment: ReplayMoment): void;
  speed(speed: number): void;
}

export class Controls {
  readonly element: HTMLElement;
  readonly #marks = el('div', { class: 'marks', role: 'group', 'aria-label': 'Moments' });
  readonly #line = el('input', {
    type: 'range',
    class: 'line',
    min: '0',
    max: '0',
    step: '1',
    value: '0',
    'aria-label': 'Place in the match',
  });
  readonly #play = el('button', { type: 'button', class: 'icon play' });
  readonly #time = el('output', { class: 'time' });
  readonly #speed = el(
    'select',
    { 'aria-label': 'Speed' },
    ...speeds.map((speed) => el('option', { value: String(speed), selected: speed === 1 }, `${speed}×`)),
  );
  readonly #listener: ControlsListener;
  #marksKey = '';

  constructor(listener: ControlsListener, extras: readonly HTMLElement[]) {
    this.#listener = listener;
    const { act } = listener;
    const jump = (label: string, shape: 'before' | 'next', action: PlayerAction): HTMLElement =>
      button(icon(shape), () => act(action), { class: 'icon', 'aria-label': label, title: label });
    this.#play.addEventListener('click', () => act({ type: 'toggle' }));
    this.#line.addEventListener('input', () => listener.dragged(this.#line.valueAsNumber, false));
    this.#line.addEventListener('change', () => listener.dragged(this.#line.valueAsNumber, true));
    this.#speed.addEventListener('change', () => listener.speed(Number(this.#speed.value)));
    this.element = el(
      'div',
      { class: 'controls' },
      el('div', { class: 'time-line' }, this.#marks, this.#line),
      el(
        'div',
        { class: 'buttons' },
        jump('Moment before (Shift ←)', 'before', { type: 'moment', direction: -1 }),
        this.#play,
        jump('Next moment (Shift →)', 'next', { type: 'moment', direction: 1 }),
        this.#time,
        this.#speed,
        ...extras,
      ),
    );
  }

  show({ isPlaying, speed, duration }: ReplayState, at: number): void {
    const label = isPlaying ? 'Pause (Space)' : 'Play (Space)';
    if (this.#play.title !== label) {
      this.#play.title = label;
      this.#play.setAttribute('aria-label', label);
      this.#play.replaceChildren(icon(isPlaying ? 'pause' : 'play'));
    }
    this.#line.max = String(duration);
    this.#line.value = String(at);
    this.#line.setAttribute('aria-valuetext', `${clock(at)} of ${clock(duration)}`);
    this.#line.style.setProperty('--done', `${share(at, duration) * 100}%`);
    this.#time.textContent = `${clock(at)} / ${clock(duration)}`;
    if (document.activeElement !== this.#speed) this.#speed.value = String(speed);
  }

  /** Marks in a lane a seat; made again only where there are others, or the line is longer. */
  showMoments(moments: readonly ReplayMoment[], duration: number, seats: number, seatName: SeatName): void {
    const names = Array.from({ length: seats }, (_, seat) => seatName(seat));
    const key = JSON.stringify([moments.length, duration, names]);
    if (key === this.#marksKey) return;
    this.#marksKey = key;
    this.#marks.style.setProperty('--lanes', String(seats));
    this.#marks.replaceChildren(...moments.map((moment) => this.#mark(moment, duration, seatName)));
  }

  #mark(moment: ReplayMoment, duration: number, seatName: SeatName): HTMLElement {
    const { seat, at } = moment;
    const label = momentLabel(moment, seatName);
    const mark = button('', () => this.#listener.moment(moment), {
      class: 'mark',
      'aria-label': `${label}, at ${clock(at)}`,
      'data-seat': seat === null ? undefined : String(seat),
      'data-moment': String(moment.number),
    });
    mark.append(el('span', { class: 'tip', 'aria-hidden': 'true' }, `${clock(at)}  ${label}`));
    mark.style.setProperty('--share', String(share(at, duration)));
    mark.style.setProperty('--lane', String(seat ?? 0));
    // a tip near the end would leave the page
    if (share(at, duration) > 0.5) mark.dataset['tip'] = 'left';
    return mark;
  }
}

export const momentLabel = (
  { type, seat }: Pick<ReplayMoment, 'type' | 'seat'>,
  seatName: SeatName,
): string => (seat === null ? title(type) : `${title(type)} · ${seatName(seat)}`);
