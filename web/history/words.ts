/** How figures and names of the machine are told to people. */

/** `1:23`, or `1:02:03` from an hour on. Takes milliseconds; what has not passed in full is not told. */
export function clock(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `42 s`, `3 min 5 s`, `2 h 10 min`: the two largest units. */
export function length(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60),
  ];
  if (days > 0) return join(days, 'd', hours % 24, 'h');
  if (hours > 0) return join(hours, 'h', minutes % 60, 'min');
  if (minutes > 0) return join(minutes, 'min', seconds % 60, 's');
  return `${seconds} s`;
}

const join = (first: number, unit: string, second: number, smaller: string): string =>
  second === 0 ? `${first} ${unit}` : `${first} ${unit} ${second} ${smaller}`;

/** `t_spin_double` is T-spin double, `bidsMet` is Bids met. */
export function title(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
    .replace('t spin', 'T-spin')
    .replace('back to back', 'back-to-back')
    .replace('near death', 'near-death')
    .replace('last trick', 'last-trick');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** 1st, 2nd, 3rd, 4th, 11th … */
export function ordinal(place: number): string {
  const ending = { one: 'st', two: 'nd', few: 'rd', other: 'th' } as const;
  return `${place}${ending[ordinals.select(place) as keyof typeof ending]}`;
}

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' });

/** An account as people tell it from others: guests by the beginning of their id. */
export function nameOf(account: string | null, own: string): string {
  if (account === null || account === '') return 'bot';
  if (account === own) return 'you';
  const guest = /^guest-([0-9a-f]{4})[0-9a-f-]{32}$/.exec(account)?.[1];
  return guest ? `guest ${guest}` : account;
}

/** How often each occurs, in the order of their first. */
export function countTypes(moments: readonly { readonly type: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of moments) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
