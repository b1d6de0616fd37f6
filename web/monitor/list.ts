/** The matches that are in some process of the house, the latest first. */
import type { ListedMatch, ListedPage } from '../../src/match/inspected.ts';
import { byId, el } from '../history/dom.ts';
import { ask } from './ask.ts';
import { keepFresh } from './refresh.ts';
import { cell, headRow, since } from './words.ts';

const everyMs = 5_000;
const columns = ['game', 'match', 'players', 'clients', 'phase', 'started', 'owner', 'tenant', 'age'];

export function showList(): void {
  document.title = 'Matches · Gamekeeper';
  const form = byId<HTMLFormElement>('filters');
  const more = byId<HTMLButtonElement>('more');
  const given = new URLSearchParams(location.search);
  /** How many pages are shown. */
  let pages = 1;
  for (const [name, value] of given) setField(form, name, value);

  const refresh = keepFresh(async () => {
    const query = read(form);
    let page = await ask<ListedPage>('matches', query);
    const items = [...page.items];
    for (let i = 1; i < pages && page.nextCursor !== null; i++) {
      page = await ask<ListedPage>('matches', { ...query, cursor: page.nextCursor });
      items.push(...page.items);
    }
    byId('matches').replaceChildren(headRow(columns), el('tbody', {}, ...items.map(row)));
    more.hidden = page.nextCursor === null;
    more.textContent = items.length === 0 ? 'Look further' : 'Older';
    byId('matches').dataset['count'] = String(items.length);
    return { next: everyMs, note: items.length === 0 ? empty(query) : '' };
  });

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('change', () => {
    const { match = '', ...query } = fieldsOf(form);
    if (match !== '') return location.assign(`/monitor/matches/${encodeURIComponent(match.toLowerCase())}`);
    pages = 1;
    const search = new URLSearchParams(query);
    history.replaceState(null, '', search.size === 0 ? location.pathname : `?${search}`);
    refresh();
  });
  more.addEventListener('click', () => {
    pages++;
    refresh();
  });
}

function row(match: ListedMatch): HTMLElement {
  const { matchId, game, players, clients, phase, started, processId, tenantId, createdAt } = match;
  return el(
    'tr',
    { 'data-phase': phase },
    cell(game),
    el('td', {}, el('a', { href: `/monitor/matches/${matchId}`, class: 'id' }, matchId)),
    cell(String(players), 'number'),
    cell(String(clients), 'number'),
    el('td', {}, el('span', { class: 'chip' }, phase)),
    cell(started),
    cell(processId, 'id'),
    cell(tenantId),
    cell(createdAt === null ? '' : since(createdAt), 'number'),
  );
}

function empty(query: Readonly<Record<string, string>>): string {
  return Object.keys(query).length === 0
    ? 'No match is in any process now. One that waits in the store is found by its id.'
    : 'No match in any process fits these filters.';
}

const read = (form: HTMLFormElement): Record<string, string> => {
  const { match: _, ...query } = fieldsOf(form);
  return query;
};

function fieldsOf(form: HTMLFormElement): Record<string, string> {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== ''));
}

function setField(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement | null;
  if (field) field.value = value;
}
