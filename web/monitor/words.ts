/** How figures are told, and small parts that both views have. */
import { el } from '../history/dom.ts';
import { length } from '../history/words.ts';

/** `3 min 5 s`, from a wall time until now. */
export const since = (at: number): string => length(Date.now() - at);

/** In UTC, as the server's own listing has it: `2026-11-20 14:18:20`. */
export const wallTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** Match time, to the millisecond: `1:02.345`. */
export function matchTime(ms: number): string {
  const [minutes, rest] = [Math.floor(ms / 60_000), ms % 60_000];
  return `${minutes}:${(rest / 1000).toFixed(3).padStart(6, '0')}`;
}

export const cell = (text: string, kind?: string): HTMLElement => el('td', { class: kind }, text);

export const headRow = (names: readonly string[]): HTMLElement =>
  el('thead', {}, el('tr', {}, ...names.map((name) => el('th', { scope: 'col' }, name))));

/** What a log or a state says, in one line. */
export const inLine = (data: unknown): string => (data === null ? '' : JSON.stringify(data));
