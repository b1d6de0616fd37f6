/** The history page: the list of finished matches, or one of them, as the address says. */
import { byId } from './dom.ts';
import { showList } from './list.ts';
import { showMatch } from './match.ts';
import { parseRoute } from './route.ts';
import { explain, openSession } from './session.ts';

let shown = new AbortController();

addEventListener('hashchange', () => void show());
void show();

async function show(): Promise<void> {
  shown.abort();
  shown = new AbortController();
  const { signal } = shown;
  const route = parseRoute(location.hash);
  byId('list').hidden = route.view !== 'list';
  byId('match').hidden = route.view !== 'match';
  const note = byId('note');
  note.textContent = 'Loading …';
  try {
    const session = await openSession(signal);
    if (signal.aborted) return;
    if (route.view === 'list') await showList(session, route.filters);
    else await showMatch(session, route.id, route.spot);
  } catch (error) {
    if (!signal.aborted) note.textContent = explain(error);
  }
}
