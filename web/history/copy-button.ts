import { button } from './dom.ts';

const saidMs = 1_500;

/** Copies a link, and says for a moment that it did. Where the browser gives no clipboard, the address bar has the link. */
export function copyButton(label: string, words: string, link: () => string): HTMLButtonElement {
  const made = button(label, () => void copy(), { title: words, 'aria-label': words });
  const copy = async (): Promise<void> => {
    const text = link();
    const isCopied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    if (!isCopied) history.replaceState(null, '', text);
    made.textContent = isCopied ? 'Copied' : 'In the address bar';
    setTimeout(() => (made.textContent = label), saidMs);
  };
  return made;
}
