import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cardName } from '../../rooms/whist/cards.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import type { WhistView } from '../../rooms/whist/view.ts';
import type { Entry, MatchSetup } from '../../src/match/engine.ts';
import { RulesEngine } from '../../src/match/rules-engine.ts';
import { startServer, type TestServer, until } from '../support/server.ts';
import { foreignCards, type Frame, recordFrames } from './frames.ts';
import {
  cardsIn,
  cut,
  joinById,
  move,
  moveUntil,
  nextSeat,
  openMatch,
  playOut,
  refusal,
  rejoin,
  type Table,
  tokenOf,
  type WhistClient,
} from './table.ts';

let frames: Frame[];
/** Seat of each client; null for those who watch. */
const seats = new Map<WhistClient, number | null>();

/** What the log says: the hands that were dealt in each round, and what lay on the table after each entry. */
function truthOf(log: readonly Entry[]) {
  const engine = new RulesEngine(whistRules);
  const dealt = new Map<string, readonly string[]>();
  const tables = new Set<string>();
  engine.open(null, log.slice(0, 1));
  for (const entry of log.slice(1)) {
    const before = engine.checkpoint();
    engine.open(before, [entry]);
    for (const seat of [0, 1, 2, 3]) {
      const view = engine.view(seat).game;
      if (!view) continue;
      const key = `${view.round + 1} ${seat}`;
      if (!dealt.has(key)) dealt.set(key, view.hand.map(cardName));
      tables.add(tableKey(view.round + 1, namesOf(view.trick), namesOf(view.lastTrick?.cards ?? [])));
    }
  }
  return { dealt, tables };
}

const namesOf = (cards: WhistView['trick']): string => cards.map(({ card }) => cardName(card)).join('');
const tableKey = (round: number, trick: string, lastTrick: string): string =>
  `${round} ${trick} ${lastTrick}`;

/** A match with all that may happen to connections: dropped, parked and revived, restarted, joined twice, watched. */
async function playWithBreaks(server: TestServer): Promise<{ table: Table; log: Entry[] }> {
  const table = await openMatch(server.url, { rounds: 3 });
  const watch = async (who: string): Promise<WhistClient> => {
    const room = await joinById(server.url, tokenOf(table.tenant, who), table.matchId, { spectate: true });
    seats.set(room, null);
    return room;
  };
  const sit = (): void => table.rooms.forEach((room, seat) => seats.set(room, seat));
  sit();
  const spectators = [await watch('stranger'), await watch('p2')];
  await moveUntil(table, ({ seats: [first] }) => first!.cards === 10);
  const seat = await nextSeat(table);
  await refusal(table.rooms[seat]!, 'play', { id: 'x', card: foreignCard(table, seat) });
  await refusal(table.rooms[(seat + 1) % 4]!, 'play', { id: 'y', card: 'AS' });
  await returnOf([table.rooms[1]!, spectators[0]!], (room) => cut(room));
  await rejoin(table, 2);
  sit();
  await moveUntil(table, ({ round, seats: [first] }) => round === 2 && first!.cards === 9);
  await Promise.all([...table.rooms, ...spectators].map((room) => room.leave()));
  for (const seat of [3, 0, 1, 2]) await rejoin(table, seat);
  sit();
  spectators.push(await watch('stranger'));
  await move(table);
  await restart(server, [...table.rooms, spectators[2]!]);
  await playOut(table);
  await until(() => spectators[2]!.state.phase === 'over');
  await server.stop();
  const log = await server.data.log(table.matchId);
  await server.start();
  return { table, log };
}

const foreignCard = (table: Table, seat: number): string => {
  const next = (seat + 1) % 4;
  return table.rooms[next]!.state.seats[next]!.hand.slice(0, 2);
};

async function returnOf(rooms: WhistClient[], cause: (room: WhistClient) => void): Promise<void> {
  let back = 0;
  for (const room of rooms) room.onReconnect(() => void back++);
  rooms.forEach(cause);
  await until(() => back === rooms.length);
}

async function restart(server: TestServer, rooms: WhistClient[]): Promise<void> {
  const returned = returnOf(rooms, () => {});
  await server.stop();
  await server.start();
  await returned;
}

describe('what a client gets, byte for byte', () => {
  let server: TestServer;
  let log: Entry[];
  beforeAll(async () => {
    server = await startServer();
    frames = recordFrames();
    ({ log } = await playWithBreaks(server));
  });
  afterAll(() => server.close());

  test('[R16] no frame holds a card but of the own hand, the table and the last trick', () => {
    expect(frames.length).toBeGreaterThan(800);
    for (const frame of frames) expect(foreignCards(frame, seats.get(frame.room) ?? null)).toEqual([]);
  });

  test('[R16] what a client decodes is its own hand as dealt, and a table that stood there', () => {
    const { dealt, tables } = truthOf(log);
    for (const { room, round, hands, trick, lastTrick } of frames) {
      if (round === 0) continue;
      const seat = seats.get(room) ?? null;
      expect(tables).toContain(tableKey(round, trick, lastTrick));
      for (const [other, hand] of hands.entries()) {
        if (other !== seat) expect(hand).toBe('');
        else expect(dealt.get(`${round} ${seat}`)).toEqual(expect.arrayContaining(cardsIn(hand)));
      }
    }
    for (const seat of [0, 1, 2, 3]) {
      const ownHands = frames.filter(({ room, hands }) => seats.get(room) === seat && hands[seat]);
      expect(ownHands.length).toBeGreaterThan(100);
    }
  });

  test('[R17] nobody gets the seed, in any form', () => {
    const { seed } = log[0]!.data as MatchSetup;
    expect(seed).toMatch(/^[0-9a-f]{32}$/);
    const parts = [0, 8, 16, 24].map((at) => seed.slice(at, at + 8));
    const forms = parts.flatMap((part) => [part, Buffer.from(part, 'hex').toString('latin1')]);
    for (const { text } of frames) expect(forms.filter((form) => text.includes(form))).toEqual([]);
  });
});
