import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/match/clock.ts';
import type { Engine } from '../../src/match/engine.ts';
import type { Game } from '../../src/match/game.ts';
import type { Match } from '../../src/match/match.ts';
import { Matches } from '../../src/match/matches.ts';
import type { HandledBatch, MatchObserver } from '../../src/match/observer.ts';
import { openMatchStore } from '../../src/store/postgres-match-store.ts';
import { CounterEngine } from '../match/engines/counter.ts';
import { SleeperEngine } from '../match/engines/sleeper.ts';
import { openTestDatabase, type TestDatabase } from '../support/databases.ts';
import type { CollectedSpan } from '../support/otlp.ts';
import { notSampled, parentId, sampled, trace, traceId } from './tracing-support.ts';

const engines: Readonly<Record<string, () => Engine>> = {
  sleeper: () => new SleeperEngine(),
  counter: () => new CounterEngine(),
};

const games = Object.entries(engines).map(
  ([name, make]) => ({ name, version: '1', engines: { '1': make } }) as unknown as Game,
);

let data: TestDatabase;
beforeAll(async () => void (data = await openTestDatabase('pglite')));
afterAll(() => data.close());

/** A match on a real store, observed. */
async function play(game: string, observer: MatchObserver): Promise<Match> {
  const processId = randomUUID();
  const store = await openMatchStore({ sql: data.database.sql, processId, now: Date.now });
  const matches = new Matches({ store, clock: systemClock, games, observer });
  const options = { mode: 'test', turnMs: 10_000, botDelayMs: 500 };
  const claim = await matches.create(matches.game(game), 'tenant', options);
  const match = await matches.open(claim, { told: () => {}, lost: () => {}, fault: () => {} });
  match.start();
  return match;
}

const childrenOf = (parent: CollectedSpan, spans: readonly CollectedSpan[]) =>
  spans
    .filter(({ parentSpanId }) => parentSpanId === parent.spanId)
    .toSorted((a, b) => Number(a.start - b.start));

describe('a command', () => {
  test('[TR3] [TR5] is a span in the trace of its sender, with the steps one after the other', async () => {
    const tracing = await trace(0);
    const match = await play('sleeper', tracing.matchObserver);
    await match.command(2, 'a', 'nudge', {}, sampled);
    await match.close('remove');
    const spans = await tracing.end();
    const command = spans.find(({ name }) => name === 'sleeper nudge')!;
    expect(command).toMatchObject({ traceId, parentSpanId: parentId, kind: 2, status: 0 });
    expect(command.attributes).toEqual({
      'gamekeeper.match.id': match.claim.matchId,
      'gamekeeper.game': 'sleeper',
      'gamekeeper.command': 'nudge',
      'gamekeeper.seat': 2,
    });
    const steps = childrenOf(command, spans);
    expect(steps.map(({ name }) => name)).toEqual(['rules', 'commit', 'patch']);
    expect(steps[1]!.attributes).toEqual({ 'gamekeeper.entries': 1 });
    const [rules, commit, patch] = steps as [CollectedSpan, CollectedSpan, CollectedSpan];
    const times = [command.start, rules.start, rules.end, commit.end, patch.end];
    expect(times).toEqual(times.toSorted((a, b) => Number(a - b)));
    expect([commit.start, patch.start, command.end]).toEqual([rules.end, commit.end, patch.end]);
    expect(spans.every((span) => span.traceId === traceId)).toBe(true);
    expect(spans).toHaveLength(4);
  });

  test('[TR5] that was handled with others has its own trace, with the steps that they shared', async () => {
    const tracing = await trace(1);
    const match = await play('sleeper', tracing.matchObserver);
    await Promise.all(['a', 'b', 'c'].map((id, seat) => match.command(seat, id, 'nudge', {})));
    await match.close('remove');
    const spans = await tracing.end();
    const seats = [0, 1, 2].map((seat) =>
      spans.find(({ attributes }) => attributes['gamekeeper.seat'] === seat)!,
    );
    expect(new Set(seats.map((span) => span.traceId)).size).toBe(3);
    const [second, third] = seats.slice(1).map((command) => childrenOf(command, spans));
    const timesOf = (steps: readonly CollectedSpan[]) =>
      steps.map(({ name, start, end }) => [name, start, end]);
    expect(timesOf(second!)).toEqual(timesOf(third!));
    expect(second![1]!.attributes).toEqual({ 'gamekeeper.entries': 2 });
    expect(seats[1]!.start < second![0]!.start).toBe(true);
  });

  test('[TR5] that is refused has the code and no error', async () => {
    const tracing = await trace(1);
    const match = await play('sleeper', tracing.matchObserver);
    await match.command(0, 'a', 'sing', {});
    await match.close('remove');
    const spans = await tracing.end();
    const command = spans.find(({ name }) => name === 'sleeper sing')!;
    expect(command).toMatchObject({ status: 0, attributes: { 'gamekeeper.code': 'sleeper/asleep' } });
  });

  test('[TR5] of a match that ticks waits for no commit', async () => {
    const tracing = await trace(1);
    const match = await play('counter', tracing.matchObserver);
    await match.command(0, 'a', 'rate', { rate: 1 });
    await match.close('remove');
    const spans = await tracing.end();
    const command = spans.find(({ name }) => name === 'counter rate')!;
    expect(childrenOf(command, spans).map(({ name }) => name)).toEqual(['rules', 'patch']);
  });

  test('[TR4] [TR6] that is not kept is no span, and ticks are none', async () => {
    const tracing = await trace(0);
    const match = await play('counter', tracing.matchObserver);
    await match.command(0, 'a', 'rate', { rate: 1 });
    await match.command(0, 'b', 'rate', { rate: 2 }, notSampled);
    await match.command(0, 'c', 'rate', { rate: 3 }, 'a bomb '.repeat(1_000));
    await match.close('remove');
    expect(await tracing.end()).toEqual([]);
  });

  test('[TR5] that failed for a fault of the server is an error', async () => {
    const tracing = await trace(1);
    const now = tracing.matchObserver.now();
    const outcome = { ok: false, code: 'match/fault', message: 'planted' } as const;
    tracing.matchObserver.handled(batchOf([{ name: 'nudge', seat: 0, arrivedAt: now, outcome }], now));
    const spans = await tracing.end();
    expect(spans.find(({ name }) => name === 'sleeper nudge')).toMatchObject({ status: 2 });
  });

  test('[TR9] tells nothing of its payload, its id, or the words of an answer', async () => {
    const tracing = await trace(1);
    const match = await play('sleeper', tracing.matchObserver);
    await match.command(0, 'planted-id', 'nudge', { card: 'planted-payload' });
    await match.command(0, 'planted-other', 'sing', { name: 'planted-name' });
    await match.close('remove');
    expect(await tracing.end()).toHaveLength(7);
    const bytes = tracing.collector.bodies.join();
    expect(bytes).toContain(match.claim.matchId);
    for (const secret of ['planted', 'it sleeps']) expect(bytes).not.toContain(secret);
  });
});

const batchOf = (commands: HandledBatch['commands'], at: number): HandledBatch => ({
  matchId: 'm',
  game: 'sleeper',
  commands,
  entries: 0,
  beganAt: at,
  ruledAt: at,
  committedAt: at,
  toldAt: at,
});
