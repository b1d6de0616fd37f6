/** One match: where it is, who sits there, what everyone sees of it, and its latest entries. */
import type { InspectedMatch, Whereabouts } from '../../src/match/inspected.ts';
import { byId, el } from '../history/dom.ts';
import { title } from '../history/words.ts';
import { ask } from './ask.ts';
import { logTable, momentTable, seatTable } from './match-tables.ts';
import { keepFresh } from './refresh.ts';
import { stateView } from './state-view.ts';
import { since, wallTime } from './words.ts';

/** Milliseconds until the next look; where nothing changes any more there is none. */
const every: Readonly<Record<Whereabouts, number | null>> = {
  live: 1_000,
  silent: 3_000,
  parked: 5_000,
  over: null,
  gone: null,
};

const explained: Readonly<Record<Whereabouts, string>> = {
  live: 'A process has it, and has just said how it stands.',
  silent: 'Its process does not answer, or is not known: this is what is stored.',
  parked: 'It is in no process, and waits in the store until somebody comes.',
  over: 'It has its result.',
  gone: 'It ended without a result: everyone left it before it began.',
};

export function showMatch(id: string): void {
  document.title = `Match ${id.slice(0, 8)} · Gamekeeper`;
  const main = byId('match');
  keepFresh(async () => {
    const match = await ask<InspectedMatch>(`matches/${id}`);
    show(main, viewOf(match));
    return { next: every[match.where] };
  });
}

/** Whoever marks a text, or has moved a wide table aside, goes on with that. */
function show(main: HTMLElement, parts: readonly HTMLElement[]): void {
  if (getSelection()?.type === 'Range') return;
  const wide = (): HTMLElement[] => [...main.querySelectorAll<HTMLElement>('.wide')];
  const asides = wide().map(({ scrollLeft }) => scrollLeft);
  main.replaceChildren(...parts);
  for (const [i, table] of wide().entries()) table.scrollLeft = asides[i] ?? 0;
}

function viewOf(match: InspectedMatch): HTMLElement[] {
  const { matchId, game, where, phase, seats, state, entries, moments } = match;
  const isSecret = phase !== 'over';
  return [
    el(
      'div',
      { class: 'head' },
      el('h2', {}, title(game)),
      el('span', { class: 'chip', 'data-where': where, title: explained[where] }, where),
      el('span', { class: 'chip' }, phase || 'not played'),
      el('code', { class: 'id' }, matchId),
    ),
    el('p', { class: 'explained' }, explained[where]),
    facts(match),
    section('Seats', 'seats', seatTable(seats)),
    section('State', 'state', state === null ? lacking('Its log can not be played.') : stateView(state)),
    section('Moments', 'moments', moments ? momentTable(moments) : lacking('The stream does not answer.')),
    section(
      isSecret ? 'Latest entries, without what is hidden until the result' : 'Latest entries',
      'log',
      entries ? logTable(entries) : lacking('The stream does not answer.'),
    ),
  ];
}

function facts(match: InspectedMatch): HTMLElement {
  const { tenantId, version, processId, epoch, n, createdAt, startedAt, endedAt, deadline, clients } = match;
  const at = (time: number | null): string => (time === null ? '–' : `${wallTime(time)} UTC`);
  const left = deadline === null ? '–' : `${Math.max(0, Math.ceil((deadline - Date.now()) / 1000))} s`;
  const pairs: [string, string][] = [
    ['Owner', processId ?? 'no process'],
    ['Epoch', epoch === 0 ? '–' : String(epoch)],
    ['Log position', n.toLocaleString('en')],
    ['Clients', String(clients)],
    ['Next deadline', left],
    ['Created', at(createdAt)],
    ['Age', createdAt === null ? '–' : since(createdAt)],
    ['Started', at(startedAt)],
    ['Ended', at(endedAt)],
    ['Tenant', tenantId],
    ['Version', version],
    ...optionPairs(match.options),
  ];
  const made = pairs.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)));
  return el('dl', { class: 'facts' }, ...made);
}

const optionPairs = (options: InspectedMatch['options']): [string, string][] =>
  Object.entries(options).map(([name, value]) => [
    title(name),
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);

function section(name: string, id: string, content: HTMLElement): HTMLElement {
  return el('section', { id, 'aria-label': name }, el('h3', {}, name), content);
}

const lacking = (why: string): HTMLElement => el('p', { class: 'dim' }, why);
