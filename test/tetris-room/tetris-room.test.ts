/** Whole matches of Tetris against a running server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type DataChange, Reflection } from '@colyseus/schema';
import { Protocol } from '@colyseus/core';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import type { TetrisSeat } from '../../rooms/tetris/state.ts';
import type { Commit, CommitStatus } from '../../src/store/match-store.ts';
import { PostgresMatchStore } from '../../src/store/postgres-match-store.ts';
import { joinRaw, schemaOffset } from '../rooms/raw-client.ts';
import { startServer, type TestServer, until } from '../support/server.ts';
import {
  type TetrisClient,
  codeOf,
  dropAll,
  expectToGoOn,
  historyOf,
  input,
  isOver,
  openMatch,
  rejoin,
  sync,
  tokenOf,
} from './table.ts';

let server: TestServer;
beforeAll(async () => void (server = await startServer()));
afterAll(() => server.close());

const figures = ['lines_cleared', 'garbage_sent', 'garbage_received', 'pieces_placed'] as const;

test('[R60] two people play a match; both see the same end, and history has placements, scores and figures', async () => {
  const table = await openMatch(server.url);
  const [first, second] = table.rooms;
  dropAll(table, 1);
  await until(() => isOver(table), 'the end');
  expect(first!.state.toJSON().seats.map(shown)).toEqual(second!.state.toJSON().seats.map(shown));
  const match = await historyOf(table);
  expect(match).toMatchObject({ game: 'tetris', playerCount: 2 });
  const seats = [...first!.state.seats];
  expect(match.players.map(({ accountId, placement, score }) => [accountId, placement, score])).toEqual(
    seats.map(({ account, placement, score }) => [account, placement, score]),
  );
  expect(match.players.map(({ placement }) => placement)).toEqual([1, 2]);
  expect(match.players.map(({ stats }) => stats['pieces_placed'])).toEqual(seats.map(({ placed }) => placed));
  for (const { stats, durationMs } of match.players) {
    for (const figure of figures) expect(stats[figure]).toBeGreaterThanOrEqual(0);
    expect(durationMs).toBeGreaterThan(0);
  }
});

const shown = ({ garbage: _, lockHash: __, ...seat }: Record<string, unknown>) => seat;

test('[R60] one plays alone', async () => {
  const table = await openMatch(server.url, {}, 1);
  dropAll(table, 0);
  await until(() => isOver(table), 'the end');
  const [{ score, placed }] = table.rooms[0]!.state.seats as unknown as [TetrisSeat];
  const { players } = await historyOf(table);
  expect(players).toMatchObject([{ accountId: 'p0', placement: 1, score, stats: { pieces_placed: placed } }]);
});

test('[R60] `lines` and `ticks` end it', async () => {
  const byTicks = await openMatch(server.url, { startLevel: 1, ticks: 30 });
  await until(() => isOver(byTicks), 'the end by ticks');
  expect(
    (await historyOf(byTicks)).players.map(({ placement, durationMs }) => [placement, durationMs]),
  ).toEqual([
    [1, 500],
    [1, 500],
  ]);
  const byLines = await openMatch(server.url, { startLevel: 1, lines: 1 }, 1, ['strong']);
  await until(() => isOver(byLines), 'the end by lines', 30_000);
  const [, bot] = byLines.rooms[0]!.state.seats;
  expect(bot!.placement).toBe(1);
  expect(bot!.lines).toBeGreaterThanOrEqual(1);
}, 60_000);

test('[R61] a patch holds only what has changed, and of the rows only those', async () => {
  const table = await openMatch(server.url);
  const raw = await joinRaw(server.url, 'joinById', table.matchId, tokenOf(table.tenant, 5), {
    spectate: true,
  });
  dropAll(table, 0);
  await until(() => isOver(table), 'the end');
  const patches = changesOf(raw.frames);
  for (const { value, previousValue } of patches.flat()) expect(value).not.toEqual(previousValue);
  const rows = patches.flat().filter(({ dynamicIndex }) => dynamicIndex !== undefined);
  const seats = [...table.rooms[0]!.state.seats];
  expect(seats[0]!.placed).toBeGreaterThan(5);
  expect(rows.length).toBeGreaterThan(5);
  // a piece is in four rows at most
  expect(rows.length).toBeLessThanOrEqual(4 * seats.reduce((sum, { placed }) => sum + placed, 0));
});

/** What each patch changed. */
function changesOf(frames: readonly Buffer[]): DataChange[][] {
  const decoder = Reflection.decode(frames[0]!, schemaOffset(frames[0]!));
  let changes: DataChange[] = [];
  decoder.triggerChanges = (found) => void (changes = found);
  return frames.flatMap((frame) => {
    const isPatch = frame[0] === Protocol.ROOM_STATE_PATCH;
    if (isPatch || frame[0] === Protocol.ROOM_STATE) decoder.decode(frame, { offset: 1 });
    return isPatch ? [changes] : [];
  });
}

test('[R62] clients hear of an elimination and of the result after their commit', async () => {
  const gate = holdCommits();
  const table = await openMatch(server.url, {}, 3);
  dropAll(table, 2);
  await until(() => table.rooms[0]!.state.seats[2]!.placed > 4, 'pieces are placed');
  gate.hold();
  await untilRefused(table.rooms[2]!, 'tetris/eliminated');
  await expectToGoOn(table.rooms[0]!, 60);
  for (const { state } of table.rooms) expect(state.seats[2]).toMatchObject({ alive: true, placement: 0 });
  expect((await sync(table.rooms[2]!)).board.placement).toBe(0);
  gate.letGo();
  await until(() => table.rooms.every(({ state }) => !state.seats[2]!.alive), 'the elimination');
  expect(table.rooms[0]!.state.seats[2]).toMatchObject({ alive: false, placement: 3 });
  expect((await sync(table.rooms[2]!)).board.placement).toBe(3);

  dropAll(table, 1);
  await until(() => table.rooms[0]!.state.seats[1]!.placed > 4, 'pieces are placed');
  gate.hold();
  await untilRefused(table.rooms[1]!, 'match/over');
  for (const { state } of table.rooms) {
    expect(state.phase).toBe('playing');
    expect(state.seats.map(({ placement }) => placement)).toEqual([0, 0, 3]);
  }
  gate.letGo();
  await until(() => isOver(table), 'the end');
  expect(table.rooms[2]!.state.seats.map(({ placement }) => placement)).toEqual([1, 2, 3]);
});

/** Play has come to where inputs of this player are refused so. */
async function untilRefused(room: TetrisClient, code: string): Promise<void> {
  while ((await codeOf(input(room, HARD_DROP))) !== code) await sleep(20);
}

/** Lets the real store's commits wait. */
function holdCommits() {
  const { commit } = PostgresMatchStore.prototype;
  let open = Promise.withResolvers<void>();
  open.resolve();
  const spy = vi.spyOn(PostgresMatchStore.prototype, 'commit').mockImplementation(async function (
    this: PostgresMatchStore,
    one: Commit,
  ): Promise<CommitStatus> {
    await open.promise;
    return commit.call(this, one);
  });
  onTestFinished(() => {
    open.resolve();
    spy.mockRestore();
  });
  return {
    hold: () => void (open = Promise.withResolvers<void>()),
    letGo: () => open.resolve(),
  };
}

test('[R63] bots of three strengths play, one for who is away too, and hand back', async () => {
  const table = await openMatch(server.url, { startLevel: 1, ticks: 900 }, 2, ['weak', 'medium', 'strong']);
  const [room] = table.rooms;
  await table.rooms[1]!.leave();
  await until(() => room!.state.seats[1]!.placed > 1, 'a bot plays for who is away');
  expect(room!.state.seats[1]).toMatchObject({ connected: false, account: 'p1' });
  await rejoin(table, 1);
  await until(() => room!.state.seats[1]!.connected, 'the player is back');
  expect(await input(table.rooms[1]!, HARD_DROP)).toBeGreaterThan(0);
  await until(() => isOver(table), 'the end', 30_000);
  const { players } = await historyOf(table);
  expect(players.map(({ accountId }) => accountId)).toEqual(['p0', 'p1', null, null, null]);
  const placed = players.map(({ stats }) => stats['pieces_placed']!);
  expect(placed[2]).toBeGreaterThan(1);
  expect(placed[3]).toBeGreaterThan(placed[2]!);
  expect(placed[4]).toBeGreaterThan(placed[3]!);
}, 60_000);
