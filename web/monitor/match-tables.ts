/** Seats, moments and log of a match as tables. */
import type { InspectedEntry, InspectedMoment, InspectedSeat } from '../../src/match/inspected.ts';
import { dot, el } from '../history/dom.ts';
import { title } from '../history/words.ts';
import { cell, headRow, inLine, matchTime } from './words.ts';

export function seatTable(seats: readonly InspectedSeat[]): HTMLElement {
  const rows = seats.map(({ seat, account, name, bot, ready, presence }) =>
    el(
      'tr',
      { 'data-presence': presence },
      el('td', { class: 'seat' }, dot(seat), String(seat)),
      cell(account === null ? (bot ?? '') : name || account),
      el('td', {}, el('span', { class: 'chip' }, presence)),
      cell(ready ? 'ready' : ''),
      cell(account ?? '', 'id'),
    ),
  );
  return table(['seat', 'name', 'presence', 'ready', 'account'], rows);
}

export function momentTable(moments: readonly InspectedMoment[]): HTMLElement {
  if (moments.length === 0) return el('p', { class: 'dim' }, 'None so far.');
  const rows = moments
    .toReversed()
    .map(({ n, t, type, seat, data }) => line(n, t, title(type), seat, inLine(data)));
  return table(['n', 'time', 'moment', 'seat', 'data'], rows);
}

export function logTable(entries: readonly InspectedEntry[]): HTMLElement {
  const rows = entries.toReversed().map(({ n, t, type, seat, data }) => {
    const text = data === undefined ? 'hidden' : inLine(data);
    return line(n, t, type, seat, text, data === undefined ? 'data dim' : 'data');
  });
  return table(['n', 'time', 'type', 'seat', 'data'], rows);
}

function line(
  n: number,
  t: number,
  type: string,
  seat: number | null,
  data: string,
  kind = 'data',
): HTMLElement {
  return el(
    'tr',
    {},
    cell(String(n), 'number'),
    cell(matchTime(t), 'number'),
    cell(type),
    el('td', { class: 'seat' }, ...(seat === null ? [] : [dot(seat), String(seat)])),
    cell(data, kind),
  );
}

function table(names: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const made = el('table', {}, headRow(names), el('tbody', {}, ...rows));
  return el('div', { class: 'wide', tabindex: '0', role: 'region' }, made);
}
