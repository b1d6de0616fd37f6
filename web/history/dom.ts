/** Elements in one expression. Texts are set as texts: nothing that a server says becomes markup. */

type Child = Node | string;
type Attributes = Readonly<Record<string, string | boolean | undefined>>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function button(
  label: string | Node,
  act: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = el('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', act);
  return made;
}

/** A dot in the colour of a seat. */
export const dot = (seat: number | null): HTMLElement =>
  el('i', { class: 'dot', 'data-seat': seat === null ? undefined : String(seat), 'aria-hidden': 'true' });

export const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const icons = {
  play: 'M7 4l13 8-13 8z',
  pause: 'M6 4h4v16H6zM14 4h4v16h-4z',
  before: 'M19 4 9 12l10 8zM5 4h3v16H5z',
  next: 'M5 4l10 8-10 8zM16 4h3v16h-3z',
} as const;

/** Drawn, since not every machine has letters for them. */
export function icon(name: keyof typeof icons): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const [svg, path] = [document.createElementNS(space, 'svg'), document.createElementNS(space, 'path')];
  for (const [key, value] of [
    ['viewBox', '0 0 24 24'],
    ['aria-hidden', 'true'],
  ] as const)
    svg.setAttribute(key, value);
  path.setAttribute('d', icons[name]);
  svg.append(path);
  return svg;
}
