/** A game of two who clap and boo, for tests of moments: each third clap in a row is one, and each tenth of all is another. */
import { schema, t, type SchemaType } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../src/match/game.ts';
import { MatchRoom } from '../../src/match/match-room.ts';
import type { MomentDraft, MomentRules } from '../../src/match/moment-rules.ts';
import type { Rules } from '../../src/match/rules.ts';
import { type GameTable, seatFields, tableFields, withSeats } from '../../src/match/table.ts';

interface Row {
  seat: number | null;
  inRow: number;
  claps: number;
}

export const clapMoments: MomentRules<Row> = {
  types: { triple: 'three claps in a row', tenth: 'ten more claps' },
  events: ['clap', 'boo'],
  start: () => ({ seat: null, inRow: 0, claps: 0 }),
  see(row, { type, seat, data }) {
    if (data === 'fail') throw new Error('rules that fail');
    row.inRow = type === 'boo' ? 0 : seat === row.seat ? row.inRow + 1 : 1;
    row.seat = seat;
    if (type === 'boo') return [];
    row.claps++;
    const found: MomentDraft[] = [];
    if (row.inRow % 3 === 0) found.push({ type: 'triple', seat, ...named(data), data });
    if (row.claps % 10 === 0) found.push({ type: 'tenth', seat: null, data: { claps: row.claps } });
    return found;
  },
};

/** What a clap says of itself, where it does. */
const named = (data: unknown): Partial<MomentDraft> => (typeof data === 'object' && data) || {};

interface Hall {
  claps: number;
}

const rules: Rules<Hall, Hall> = {
  game: 'claps',
  version: '1',
  seats: () => 2,
  setup: () => ({ claps: 0 }),
  decide: (_hall, seat, { name, payload }) => [{ type: name, seat, data: payload }],
  apply(hall, { type, seat, data }, emit) {
    if (type === 'bow') hall.claps = -1;
    else emit(type, seat, (data as { how?: unknown }).how ?? null);
    if (type === 'clap') hall.claps++;
  },
  turn: () => null,
  visible: (hall) => hall,
  result: ({ claps }) =>
    claps >= 0 ? null : [0, 1].map((seat) => ({ seat, placement: seat + 1, score: 0, stats: {} })),
  bot: () => ({ name: 'clap', payload: {} }),
  encode: (hall) => hall,
  decode: (data) => data as Hall,
};

const ClapSeat = schema({ ...seatFields }, 'ClapSeat');
export const ClapTable = schema(
  { ...tableFields, seats: t.array(ClapSeat), claps: t.number().default(0) },
  'ClapTable',
);
export type ClapTable = SchemaType<typeof ClapTable>;

const clapTable: GameTable<ClapTable, Hall> = {
  make: (seats) => withSeats(new ClapTable(), seats, () => new ClapSeat()),
  mirror(table, view) {
    table.claps = view(null).game?.claps ?? 0;
  },
};

export const claps = defineGame({
  rules,
  options: z.strictObject({}),
  commands: {
    clap: z.strictObject({ how: z.string().optional() }),
    boo: z.strictObject({}),
    bow: z.strictObject({}),
  },
  table: clapTable,
  moments: clapMoments,
  room: class ClapRoom extends MatchRoom<ClapTable> {},
});
