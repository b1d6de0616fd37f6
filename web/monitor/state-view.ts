/** The state that every client is sent, as it is: names and values, seats side by side. */
import { dot, el } from '../history/dom.ts';
import { headRow } from './words.ts';

/** Of a seat: the table of seats has them. */
const shownAbove: ReadonlySet<string> = new Set(['account', 'name', 'bot', 'connected', 'idle', 'ready']);

type Fields = Readonly<Record<string, unknown>>;

export function stateView(state: unknown): HTMLElement {
  const { seats, ...rest } = state as Fields & { readonly seats?: readonly Fields[] };
  return el('div', { class: 'state' }, fieldList(rest), ...(seats ? [seatFields(seats)] : []));
}

function fieldList(fields: Fields): HTMLElement {
  const made = Object.entries(fields).map(([name, value]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, text(value))),
  );
  return el('dl', { class: 'fields' }, ...made);
}

function seatFields(seats: readonly Fields[]): HTMLElement {
  const names = [...new Set(seats.flatMap((seat) => Object.keys(seat)))].filter(
    (name) => !shownAbove.has(name),
  );
  const rows = names.map((name) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, name),
      ...seats.map((seat) => el('td', { class: 'data' }, text(seat[name]))),
    ),
  );
  const head = headRow(['', ...seats.map((_, seat) => `seat ${seat}`)]);
  for (const [seat, th] of [...head.querySelectorAll('th')].slice(1).entries()) th.prepend(dot(seat));
  return el(
    'div',
    { class: 'wide', tabindex: '0', role: 'region' },
    el('table', {}, head, el('tbody', {}, ...rows)),
  );
}

function text(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value === '' ? '–' : value;
  return Array.isArray(value) ? value.join(' ') || '–' : JSON.stringify(value);
}
