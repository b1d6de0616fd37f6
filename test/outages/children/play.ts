/**
 * A process in which matches of Tetris are played at 60 Hz, and published to NATS. Arguments: the database, NATS, the
 * names there, how many matches. It goes on with those that a process before it left.
 */
import { randomUUID } from 'node:crypto';
import { MOVE_LEFT, MOVE_RIGHT } from '../../../rooms/tetris/actions.ts';
import { tetris } from '../../../rooms/tetris/room.ts';
import { openDatabase } from '../../../src/database/database.ts';
import { entities } from '../../../src/database/entities.ts';
import { openNatsEventStream } from '../../../src/events/nats-event-stream.ts';
import type { StreamNames } from '../../../src/events/nats-stream.ts';
import { openEventStream } from '../../../src/events/postgres-event-stream.ts';
import { startPublisher } from '../../../src/events/publisher.ts';
import { systemClock } from '../../../src/match/clock.ts';
import type { Match } from '../../../src/match/match.ts';
import { Matches } from '../../../src/match/matches.ts';
import { beatOf } from '../../../src/match/ticks.ts';
import { openMatchStore } from '../../../src/store/postgres-match-store.ts';

const [databaseUrl = '', url = '', names = '', count = ''] = process.argv.slice(2);
const leaseMs = 1_000;
const report = { ticks: 0, errors: 0, downs: 0, ups: 0 };

const { sql } = await openDatabase({ url: databaseUrl, entities });
const onError = (): void => void report.errors++;
const local = openEventStream({ sql, leaseMs, onError });
const nats = openNatsEventStream({
  url,
  sql,
  names: JSON.parse(names) as StreamNames,
  requestMs: 1_000,
  leaseMs,
  onDown: () => void report.downs++,
  onUp: () => void report.ups++,
});
const publisher = startPublisher({ sql, local, nats, onError });
const store = await openMatchStore({
  sql,
  processId: randomUUID(),
  now: systemClock.now,
  leaseMs,
  onCommit: () => local.nudge(),
});
const all = new Matches({ store, clock: systemClock, games: [tetris] });
const playing = await openMatches();
beatOf(systemClock, 60).observe(() => void report.ticks++);
const keys = setInterval(() => playing.forEach(press), 100);

process.on('message', (asked: 'status' | 'finish') => {
  void answer(asked).then((told) => process.send!(told));
});
process.on('disconnect', () => process.exit());
process.send!('ready');

async function answer(asked: 'status' | 'finish'): Promise<unknown> {
  if (asked === 'finish') {
    clearInterval(keys);
    await Promise.all(playing.map((match) => match.close('release')));
  }
  return { ...report, lag: await publisher.lag() };
}

export type Report = typeof report & { readonly lag: number };

async function openMatches(): Promise<Match[]> {
  const left = await sql.query<{ match_id: string }>('select match_id from live_match');
  if (left.length === 0) return Promise.all(Array.from({ length: Number(count) }, begin));
  return Promise.all(left.map(async ({ match_id }) => open((await store.claim(match_id))!)));
}

async function begin(): Promise<Match> {
  const own = tetris.options.parse({}) as object;
  const options = { ...own, mode: 'casual', turnMs: 30_000, botDelayMs: 700 };
  const match = await open(await all.create(tetris, 'dev', options));
  for (const account of ['ada', 'bob']) await match.seat({ type: 'sit', account });
  for (const seat of [0, 1]) await match.command(seat, randomUUID(), 'ready', { ready: true });
  return match;
}

async function open(claim: Parameters<Matches['open']>[0]): Promise<Match> {
  const fail = (why: unknown): never => {
    throw why instanceof Error ? why : new Error(String(why));
  };
  const match = await all.open(claim, { told: () => {}, lost: fail, fault: fail });
  match.start();
  return match;
}

function press(match: Match, i: number): void {
  const actions = (report.ticks + i) % 2 === 0 ? MOVE_LEFT : MOVE_RIGHT;
  for (const seat of [0, 1]) void match.command(seat, randomUUID(), 'input', { tick: 0, actions });
}
