/** One match: its result, its moments, and the replay. */
import { ApiError, type ListedMatch } from '../../client/history.ts';
import { copyButton } from './copy-button.ts';
import { button, byId, el } from './dom.ts';
import { MomentList } from './moment-list.ts';
import { Player } from './player.ts';
import { resultTable } from './result-table.ts';
import { formatRoute, type Spot } from './route.ts';
import { explain, type Session } from './session.ts';
import { verifyButton } from './verify-button.ts';
import { length, title } from './words.ts';

const runningNote = 'This match still runs: its replay grows, and hands stay hidden until the result.';
/** So often it is asked for the result of a match that has just ended. */
const resultTries = 10;
const tryMs = 1_000;

/** Throws what the server refuses; a match that still runs is shown without a result. */
export async function showMatch(session: Session, id: string, spot: Spot): Promise<void> {
  const head = el('div', { class: 'match-head' });
  const result = el('div', { class: 'result' });
  const link = (to: Spot): string =>
    new URL(formatRoute({ view: 'match', id, spot: to }), location.href).href;
  const show = (match: ListedMatch | null): void => {
    head.replaceChildren(...headOf(session, match));
    result.replaceChildren(match ? resultTable(match.players, session.account) : '');
  };
  const found = await findMatch(session, id);
  if (session.signal.aborted) return;
  show(found);
  const share = copyButton('Link', 'Copy the link to this place', () => link({ at: player.at }));
  const list = new MomentList((number) => player.seekMoment(number), link);
  const player = new Player(session, id, [share], {
    moments: (...shown) => list.show(...shown),
    running: (game) => {
      head.replaceChildren(...headOf(session, null, game));
      result.replaceChildren(el('p', {}, runningNote));
    },
    over: () => void waitForResult(session, id).then((match) => match && show(match)),
  });
  byId('match').replaceChildren(head, player.element, el('aside', {}, result, list.element));
  byId('note').textContent = '';
  await player.open(spot);
}

/** Null: it is in no history, perhaps not yet. */
async function findMatch({ history }: Session, id: string): Promise<ListedMatch | null> {
  try {
    return await history.match(id);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'history/not_found') return null;
    throw error;
  }
}

/** A result is in history shortly after it was seen. */
async function waitForResult(session: Session, id: string): Promise<ListedMatch | null> {
  for (let tries = 0; tries < resultTries && !session.signal.aborted; tries++) {
    const match = await findMatch(session, id).catch(() => null);
    if (match) return match;
    await new Promise((resume) => setTimeout(resume, tryMs));
  }
  return null;
}

/** `running`: the game of a match that has no result yet. */
function headOf(session: Session, match: ListedMatch | null, running = 'match'): Node[] {
  const name = title(match?.game ?? running);
  document.title = `${name} · Gamekeeper`;
  const back = el('a', { href: '#/', class: 'back' }, '← All matches');
  if (!match) return [back, el('h2', {}, name)];
  const { mode, startedAt, endedAt } = match;
  const started = new Date(startedAt);
  const facts = `${day.format(started)} · ${length(Date.parse(endedAt) - started.getTime())}`;
  return [
    back,
    el('h2', {}, name, ' ', el('small', {}, mode)),
    el('span', { class: 'facts' }, facts),
    ...verifyButton(session.history, match),
    downloadButton(session, match),
  ];
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function downloadButton({ history }: Session, { id, game }: ListedMatch): HTMLButtonElement {
  const download = async (): Promise<void> => {
    made.disabled = true;
    try {
      const href = URL.createObjectURL(await history.replay(id));
      el('a', { href, download: `${game}-${id}.ndjson` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    } catch (error) {
      byId('note').textContent = explain(error);
    }
    made.disabled = false;
  };
  const made = button('Download', () => void download(), { title: 'The whole log as JSON lines' });
  return made;
}
