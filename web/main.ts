/** The page: offers, and the match that was chosen. Its id stands in the address, so that a reload comes back to it. */
import type { Wish } from '../client/connection.ts';
import type { Account } from '../client/sign-in.ts';
import { accountOfTab } from './account.ts';
import { Match } from './match.ts';
import { showMatch } from './screen.ts';

const url = location.origin;
const game = 'tetris';
const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const buttons = [...document.querySelectorAll<HTMLButtonElement>('#offers button')];

byId<HTMLInputElement>('name').value = localStorage.getItem('name') ?? '';
byId('offers').addEventListener('submit', (event) => {
  event.preventDefault();
  const { name } = (event as SubmitEvent).submitter as HTMLButtonElement;
  void attempt(() => start(name));
});
if (location.hash.length > 1) void attempt(() => comeBack(location.hash.slice(1)));

async function attempt(act: () => Promise<void>): Promise<void> {
  for (const button of buttons) button.disabled = true;
  byId('problem').textContent = '';
  try {
    await act();
  } catch (error) {
    byId('problem').textContent = (error as Error).message || 'The server does not answer. Is it running?';
  }
  for (const button of buttons) button.disabled = false;
}

async function start(offer: string): Promise<void> {
  if (offer === 'watch') return watch(byId<HTMLInputElement>('watched').value.trim());
  const match = await enter(wishOf(offer));
  // with a mode of its own no stranger takes the seat first
  if (offer === 'bot') await match.say('add_bot', { strength: byId<HTMLSelectElement>('strength').value });
  await match.say('ready', { ready: true });
}

function wishOf(offer: string): Wish {
  if (offer === 'solo') return { game, how: 'create', options: { players: 1 } };
  if (offer === 'sprint') return { game, how: 'create', options: { players: 1, lines: 40 } };
  if (offer === 'bot') return { game, how: 'create', options: { players: 2, mode: 'bot' } };
  return { game, how: 'join', options: { players: 2 } };
}

async function watch(matchId: string): Promise<void> {
  if (matchId === '')
    throw new Error('Give the id of the match to watch: its players see it below their board.');
  await enter({ game, how: { matchId }, options: { spectate: true } });
}

/** To the own seat after a reload; a match of others is watched. */
async function comeBack(matchId: string): Promise<void> {
  if (sessionStorage.getItem('match') !== matchId) return watch(matchId);
  await enter({ game, how: { matchId }, options: {} });
}

async function enter(wish: Wish): Promise<Match> {
  const isWatching = 'spectate' in wish.options;
  const match = await Match.enter(url, await account(), wish, (status) => {
    byId('status').textContent = status;
    byId('status').dataset['status'] = status;
  });
  if (!isWatching) sessionStorage.setItem('match', match.id);
  show(match);
  return match;
}

function account(): Promise<Account> {
  const name = byId<HTMLInputElement>('name').value.trim();
  localStorage.setItem('name', name);
  return accountOfTab(url, name);
}

function show(match: Match): void {
  const leaving = new AbortController();
  history.replaceState(null, '', `#${match.id}`);
  byId('lobby').hidden = true;
  byId('match').hidden = false;
  (document.activeElement as HTMLElement | null)?.blur();
  showMatch(match, leaving.signal);
  const leave = (): void => {
    leaving.abort();
    history.replaceState(null, '', location.pathname);
    byId('lobby').hidden = false;
    byId('match').hidden = true;
    void match.leave();
  };
  byId('leave').addEventListener('click', leave, { signal: leaving.signal });
}
