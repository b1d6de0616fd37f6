/** Which view the address names: `#/?game=tetris` the list with filters, `#/match/<id>?at=83250` a place in a match. */

export const filterNames = [
  'game',
  'mode',
  'player',
  'from',
  'to',
  'moment',
  'verified',
  'tournament',
] as const;
export type FilterName = (typeof filterNames)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

/** A place in a match: milliseconds of play, or the number of a moment. */
export type Spot = { readonly at: number } | { readonly moment: number } | null;

export type Route =
  | { readonly view: 'list'; readonly filters: Filters }
  | { readonly view: 'match'; readonly id: string; readonly spot: Spot };

/** What is not understood is left out: every address shows something. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  const query = new URLSearchParams(search);
  const id = /^\/match\/([0-9a-fA-F-]{1,64})$/.exec(path)?.[1];
  if (id !== undefined) return { view: 'match', id, spot: spotOf(query) };
  return { view: 'list', filters: filtersOf((name) => query.get(name)) };
}

export function formatRoute(route: Route): string {
  if (route.view === 'list') return withQuery('#/', { ...route.filters });
  return withQuery(`#/match/${route.id}`, { ...route.spot });
}

/** The filters that are set, of whatever gives their values. */
export function filtersOf(valueOf: (name: FilterName) => string | null): Filters {
  const values = filterNames.map((name) => [name, valueOf(name)?.trim() ?? ''] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== ''));
}

/**
 * Filters as the server takes them: days are this machine's, and `to` is a day of which the matches are still wanted.
 * A day that is none stays as it is, for the server to refuse.
 */
export function toQuery({ from, to, ...others }: Filters): Record<string, string> {
  return {
    ...others,
    ...(from !== undefined && { from: midnight(from, 0) }),
    ...(to !== undefined && { to: midnight(to, 1) }),
  };
}

function midnight(day: string, daysLater: number): string {
  const [year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day)?.slice(1).map(Number) ?? [];
  if (year === undefined) return day;
  return new Date(year, month! - 1, date! + daysLater).toISOString();
}

function spotOf(query: URLSearchParams): Spot {
  const number = (name: string): number | null => {
    const text = query.get(name) ?? '';
    return /^\d{1,12}$/.test(text) ? Number(text) : null;
  };
  const [moment, at] = [number('moment'), number('at')];
  if (moment !== null) return { moment };
  return at === null ? null : { at };
}

function withQuery(path: string, values: Readonly<Record<string, string | number>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query}`;
}
