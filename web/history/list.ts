/** The list of finished matches, with filters that stand in the address. */
import type { ListedMatch, Player } from '../../client/history.ts';
import { byId, dot, el } from './dom.ts';
import { momentTypes } from './moment-types.ts';
import { type Filters, filterNames, filtersOf, formatRoute, toQuery } from './route.ts';
import { explain, type Session } from './session.ts';
import { clock, countTypes, length, nameOf, ordinal, title } from './words.ts';

const pageSize = '20';
/** A row has room for so many kinds of moments. */
const kindsShown = 4;

/** Shows the first page; more come on demand. Throws what the server refuses. */
export async function showList(session: Session, filters: Filters): Promise<void> {
  const { signal } = session;
  document.title = 'History · Gamekeeper';
  byId('matches').replaceChildren();
  byId('more').hidden = true;
  const form = byId<HTMLFormElement>('filters');
  offerMoments(form.elements.namedItem('moment') as HTMLSelectElement);
  for (const name of filterNames) setField(form, name, filters[name] ?? '');
  const go = (next: Filters): void => void (location.hash = formatRoute({ view: 'list', filters: next }));
  const read = (): Filters => filtersOf((name) => new FormData(form).get(name) as string | null);
  form.addEventListener('change', () => go(read()), { signal });
  form.addEventListener('submit', (event) => event.preventDefault(), { signal });
  form.addEventListener('reset', () => go({}), { signal });
  byId('mine').addEventListener('click', () => go({ ...read(), player: session.account }), { signal });
  const more = await page(session, filters, undefined);
  if (!signal.aborted) offerMore(session, filters, more);
}

/** The kinds of moments to choose from, once. */
function offerMoments(select: HTMLSelectElement): void {
  if (select.options.length > 1) return;
  for (const [game, types] of Object.entries(momentTypes)) {
    const options = Object.entries(types).map(([type, words]) =>
      el('option', { value: type, title: words }, title(type)),
    );
    select.append(el('optgroup', { label: title(game) }, ...options));
  }
}

/** Adds a page to the list. Resolves with the cursor of the next. */
async function page(session: Session, filters: Filters, cursor: string | undefined): Promise<string | null> {
  const query = { ...toQuery(filters), limit: pageSize, ...(cursor !== undefined && { cursor }) };
  const { items, nextCursor } = await session.history.list(query);
  if (session.signal.aborted) return null;
  const list = byId('matches');
  list.append(...items.map((match) => row(match, session.account)));
  byId('note').textContent = list.childElementCount === 0 ? emptyNote(filters) : '';
  return nextCursor;
}

function offerMore(session: Session, filters: Filters, first: string | null): void {
  const button = byId<HTMLButtonElement>('more');
  let cursor = first;
  button.hidden = cursor === null;
  const next = async (): Promise<void> => {
    button.disabled = true;
    try {
      cursor = await page(session, filters, cursor!);
      button.hidden = cursor === null;
    } catch (error) {
      byId('note').textContent = explain(error);
    }
    button.disabled = false;
  };
  button.addEventListener('click', () => void next(), { signal: session.signal });
}

function emptyNote(filters: Filters): string {
  return Object.keys(filters).length === 0
    ? 'No match has been finished here yet. Play one: it is listed as soon as it has a result.'
    : 'No finished match fits these filters. Clear some of them to see more.';
}

function setField(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement | null;
  if (field) field.value = value;
}

function row(match: ListedMatch, own: string): HTMLElement {
  const { id, game, mode, startedAt, endedAt, players } = match;
  const started = new Date(startedAt);
  const duration = Date.parse(endedAt) - started.getTime();
  return el(
    'li',
    {},
    el(
      'a',
      { href: formatRoute({ view: 'match', id, spot: null }), class: 'row' },
      el('span', { class: 'what' }, el('b', {}, title(game)), el('small', {}, mode)),
      el('span', { class: 'players' }, ...byPlacement(players).map((player) => playerOf(player, own))),
      el('span', { class: 'chips' }, ...chips(match)),
      el(
        'span',
        { class: 'when' },
        el('time', { datetime: startedAt, title: started.toLocaleString() }, day.format(started)),
        el('small', { title: clock(duration) }, length(duration)),
      ),
    ),
  );
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const byPlacement = (players: readonly Player[]): Player[] =>
  players.toSorted((a, b) => a.placement - b.placement || a.seat - b.seat);

function playerOf({ seat, accountId, placement, score }: Player, own: string): HTMLElement {
  const name = nameOf(accountId, own);
  return el(
    'span',
    { class: placement === 1 ? 'who first' : 'who', title: `${ordinal(placement)}: ${accountId ?? 'bot'}` },
    dot(seat),
    el('span', { class: 'name' }, name),
    el('small', {}, score.toLocaleString('en')),
  );
}

function chips({ moments, verified }: ListedMatch): HTMLElement[] {
  const kinds = [...countTypes(moments)];
  const shown = kinds
    .slice(0, kindsShown)
    .map(([type, count]) => (count > 1 ? `${title(type)} ×${count}` : title(type)));
  if (kinds.length > kindsShown) shown.push(`+${kinds.length - kindsShown}`);
  const made = shown.map((text) => el('span', { class: 'chip' }, text));
  if (verified === true)
    made.push(el('span', { class: 'chip good', title: 'The log was played again' }, '✓ verified'));
  if (verified === false) made.push(el('span', { class: 'chip bad' }, 'flagged'));
  return made;
}
