/** The list of matches of a house: over the real directory, in pages. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Listing } from '../../src/match/listing.ts';
import { createInspector, type Inspector } from '../../src/match/inspector.ts';
import { uuidv7 } from '../../src/match/uuid.ts';
import { makeProcess, type Process, roomOf } from '../cluster/support.ts';
import { openRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let processes: Process[];
beforeEach(() => {
  redis = openRedis();
  processes = [makeProcess(redis), makeProcess(redis)];
});
afterEach(() => redis.close());

function inspectorOf({ directory }: Process): Inspector {
  const none = async (): Promise<never[]> => [];
  const rooms = {
    ids: () => directory.ids(),
    find: (ids: string[]) => directory.findByIds(ids),
    inspect: () => Promise.reject(new Error('not asked')),
  };
  const stream = { read: none, readMoments: none };
  const log = { warn: () => {} };
  return createInspector({
    games: [],
    rooms,
    stream,
    isStored: async () => false,
    kept: async () => null,
    log,
  });
}

const phases = ['lobby', 'playing', 'over'] as const;
const someListings = fc.array(
  fc.record({ who: fc.nat(1), game: fc.constantFrom('whist', 'tetris'), phase: fc.constantFrom(...phases) }),
  { maxLength: 30 },
);
const someFilter = fc.record(
  { game: fc.constantFrom('whist', 'tetris'), phase: fc.constantFrom(...phases) },
  { requiredKeys: [] },
);

test('[OP16] each match of any process that fits is on one page, the latest first', async () => {
  await fc.assert(
    fc.asyncProperty(
      someListings,
      someFilter,
      fc.integer({ min: 1, max: 7 }),
      async (made, filter, limit) => {
        const rooms = made.map(({ who, game, phase }, i) => {
          const metadata: Listing = { tenantId: 'dev', game, offer: '', phase, players: 1, started: '' };
          const roomId = uuidv7(1_795_000_000_000 + i);
          return {
            owner: processes[who]!,
            room: { ...roomOf(processes[who]!), roomId, name: game, metadata },
          };
        });
        // one of another kind, as replays are
        const other = {
          owner: processes[0]!,
          room: { ...roomOf(processes[0]!), roomId: 'abcdefghi', name: 'replay' },
        };
        for (const { owner, room } of [...rooms, other]) await owner.directory.insert(room);
        const inspector = inspectorOf(processes[1]!);
        const listed: string[] = [];
        for (let cursor: string | undefined; ;) {
          const page = await inspector.list({ ...filter, limit, cursor });
          expect(page.rooms).toBe(rooms.length + 1);
          expect(page.items.length).toBeLessThanOrEqual(limit);
          listed.push(...page.items.map(({ matchId }) => matchId));
          if (page.nextCursor === null) break;
          cursor = page.nextCursor;
        }
        const { game, phase } = filter;
        const fitting = rooms.filter(
          ({ room: { metadata } }) =>
            (game ?? metadata.game) === metadata.game && (phase ?? metadata.phase) === metadata.phase,
        );
        expect(listed).toEqual(fitting.map(({ room }) => room.roomId).reverse());
        for (const { owner, room } of [...rooms, other]) await owner.directory.remove(room.roomId, room);
      },
    ),
    { numRuns: 30 },
  );
});
