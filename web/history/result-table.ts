/** Placements, scores and the game's own figures: a column a player, so that it fits beside a replay. */
import type { Player } from '../../client/history.ts';
import { dot, el } from './dom.ts';
import { length, nameOf, ordinal, title } from './words.ts';

export function resultTable(players: readonly Player[], own: string): HTMLElement {
  const ranked = players.toSorted((a, b) => a.placement - b.placement || a.seat - b.seat);
  const figures = [...new Set(ranked.flatMap(({ stats }) => Object.keys(stats)))];
  const row = (name: string, valueOf: (player: Player) => string): HTMLElement =>
    el('tr', {}, el('th', { scope: 'row' }, name), ...ranked.map((player) => el('td', {}, valueOf(player))));
  return el(
    'table',
    {},
    el('caption', {}, 'Result'),
    el('thead', {}, el('tr', {}, el('td'), ...ranked.map((player) => head(player, own)))),
    el(
      'tbody',
      {},
      row('Score', ({ score }) => score.toLocaleString('en')),
      ...figures.map((name) => row(labelOf(name), ({ stats }) => figure(name, stats[name]))),
    ),
  );
}

function head({ seat, accountId, placement }: Player, own: string): HTMLElement {
  return el(
    'th',
    { scope: 'col', class: placement === 1 ? 'first' : undefined, title: accountId ?? 'bot' },
    el('small', {}, dot(seat), ordinal(placement)),
    el('span', { class: 'name' }, nameOf(accountId, own)),
  );
}

const isTime = (name: string): boolean => /(_ms|Ms)$/.test(name);

const labelOf = (name: string): string => title(name.replace(/(_ms|Ms)$/, ''));

function figure(name: string, value: number | undefined): string {
  if (value === undefined) return '–';
  return isTime(name) ? length(value) : value.toLocaleString('en');
}
