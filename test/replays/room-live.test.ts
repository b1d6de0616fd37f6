/** Matches that people play at this server, watched again while they run: what the live room shows, and nothing else. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/database/database.ts';
import { entities } from '../../src/database/entities.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import type { EventStream } from '../../src/events/event-stream.ts';
import type { RecordedMatch, ReplaySource } from '../../src/replays/ports.ts';
import { startServer, type TestServer, until } from '../support/server.ts';
import { databases } from '../support/databases.ts';
import { cut, joinById, move, nextSeat, openMatch, playOut, tokenOf } from '../rooms/table.ts';
import { dropAll, isOver, openMatch as openTetris } from '../tetris-room/table.ts';
import {
  ask,
  defineReplays,
  leaveAll,
  openReplay,
  type ReplayClient,
  type Replays,
  stateOf,
} from './support.ts';

// a second process can look into PostgreSQL, and not into a folder of PGlite
const hasServer = databases.some(([kind]) => kind === 'postgres');

/** What the store has committed, as the stream tells it. */
function committed(stream: EventStream, tenant: () => string): ReplaySource {
  const read = async (matchId: string, from: number): Promise<RecordedMatch> => {
    const records = await stream.read(matchId, from);
    return {
      entries: records.flatMap(({ entries }) => entries).filter(({ n }) => n >= from),
      moments: [],
      isOver: false,
    };
  };
  return {
    load: async (tenantId, matchId) => (tenantId === tenant() ? read(matchId, 1) : null),
    more: read,
  };
}

describe.skipIf(!hasServer)('a match that people play', () => {
  let server: TestServer;
  let database: Database;
  let stream: EventStream;
  let replays: Replays;
  let tenant = '';
  beforeAll(async () => {
    server = await startServer();
    const url = server.data.env['DATABASE_URL']!;
    database = await openDatabase({ url, poolMax: 2, entities });
    stream = openEventStream({ sql: database.sql });
    replays = defineReplays({ source: committed(stream, () => tenant), maxMessagesPerSecond: 1_000 });
  });
  afterEach(leaveAll);
  afterAll(async () => {
    await stream.close();
    await database.close();
    await server.close();
  });

  /** The replay hears of all that is committed, and stands at its end. */
  async function catchUp(replay: ReplayClient): Promise<void> {
    const { duration } = replay.state;
    await replays.clock.advance(1_000);
    for (let i = 0; i < 100 && replay.state.duration === duration; i++)
      await new Promise((resume) => setTimeout(resume, 5));
    const { at } = await ask(replay, 'seek', { at: 2 ** 40 });
    await until(() => replay.state.at === at);
  }

  /** Without what only a live room has. */
  function plain(shown: object): { seats: object[] } {
    const { seats, ...table } = shown as { seats: { name: string; hand?: string }[] };
    const common = seats.map(({ name: _, hand: __, ...seat }) => seat);
    return { ...table, origin: 0, deadline: 0, rematch: '', seats: common } as { seats: object[] };
  }

  test('[RP28] [RP29] of whist shows at its end what the spectators see, over a broken connection too', async () => {
    const table = await openMatch(server.url, { rounds: 1 });
    ({ tenant } = table);
    const spectator = await joinById(server.url, tokenOf(tenant, 'watcher'), table.matchId, {
      spectate: true,
    });
    const replay = await openReplay(server.url, 'stranger', table.matchId, { tenant });
    for (let i = 0; i < 6; i++) {
      for (let moves = 0; moves < 5; moves++) await move(table);
      await nextSeat(table);
      await catchUp(replay);
      await until(() => spectator.state.turn === table.rooms[0]!.state.turn);
      expect(plain(stateOf(replay).table)).toEqual(plain(spectator.state.toJSON()));
      expect(JSON.stringify(stateOf(replay))).not.toMatch(/"hand":"[^"]/);
      if (i === 2) await cutAndReturn(table.rooms[1]!);
    }
    await playOut(table);
    await catchUp(replay);
    await until(() => replay.state.isOver);
    expect((replay.state.table as { phase: string }).phase).toBe('over');
    await ask(replay, 'seek', { n: 30 });
    await until(() => JSON.stringify(stateOf(replay)).match(/"hand":"[^"]/) !== null);
  });

  async function cutAndReturn(room: Parameters<typeof cut>[0]): Promise<void> {
    const back = new Promise<void>((resolve) => room.onReconnect(() => resolve()));
    cut(room);
    await back;
  }

  test('[RP28] [RP29] of Tetris is followed to its end, and shows the boards that were there', async () => {
    const table = await openTetris(server.url, { players: 3 }, 2, ['weak']);
    ({ tenant } = table);
    const replay = await openReplay(server.url, 'stranger', table.matchId, { tenant });
    expect(replay.state.isOver).toBe(false);
    for (const seat of [0, 1]) dropAll(table, seat);
    await until(() => isOver(table), 'the end', 30_000);
    await until(() => replay.state.isOver || void replays.clock.advance(1_000), 'the replay is over');
    await catchUp(replay);
    const live = plain(table.rooms[0]!.state.toJSON());
    const own = { lockHash: 0, garbage: '' };
    const seatsOf = ({ seats }: { seats: object[] }) => seats.map((seat) => ({ ...seat, ...own }));
    expect(seatsOf(plain(stateOf(replay).table))).toEqual(seatsOf(live));
    await moveAbout(replay);
    expect(replays.faults).toEqual([]);
  });

  async function moveAbout(replay: ReplayClient): Promise<void> {
    for (const share of [0.5, 0, 0.9, 0.1, 1]) {
      const at = Math.floor(replay.state.duration * share);
      expect(await ask(replay, 'seek', { at })).toEqual({ at });
    }
  }
});
