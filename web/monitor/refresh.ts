/** A view that keeps itself up to date while somebody looks at it. */
import { byId } from '../history/dom.ts';
import { AskError } from './ask.ts';

export interface Loaded {
  /** Milliseconds until the next look; null: nothing will change. */
  readonly next: number | null;
  readonly note?: string;
}

const afterErrorMs = 5_000;

/** Calls `load` now, when its time has come, and when the button is pressed or the tab is looked at again. */
export function keepFresh(load: () => Promise<Loaded>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLoading = false;
  let isWanted = false;

  const refresh = async (): Promise<void> => {
    clearTimeout(timer);
    if (isLoading) return void (isWanted = true);
    isLoading = true;
    isWanted = false;
    const next = await load().then(loaded, failed);
    isLoading = false;
    if (isWanted) return refresh();
    if (next !== null && !document.hidden) timer = setTimeout(() => void refresh(), next);
  };

  byId('refresh').addEventListener('click', () => void refresh());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void refresh();
  });
  void refresh();
  return () => void refresh();
}

function loaded({ next, note = '' }: Loaded): number | null {
  setStatus('connected', new Date().toLocaleTimeString());
  byId('note').textContent = note;
  return next;
}

function failed(error: unknown): number | null {
  setStatus('', 'not up to date');
  byId('note').textContent = (error as Error).message;
  return error instanceof AskError && error.code === 'monitor/no_match' ? null : afterErrorMs;
}

function setStatus(status: string, text: string): void {
  const element = byId('status');
  element.dataset['status'] = status;
  element.textContent = text;
}
