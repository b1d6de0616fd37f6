/** A game for tests of the room itself: its state is a text of any length, and all that may fail in a game does so on demand. */
import { schema, t, type SchemaType } from '@colyseus/schema';
import { z } from 'zod';
import { defineGame } from '../../src/match/game.ts';
import { MatchRoom } from '../../src/match/match-room.ts';
import type { Rules } from '../../src/match/rules.ts';
import { type GameTable, seatFields, tableFields } from '../../src/match/table.ts';

interface Chatter {
  said: number;
  text: string;
}

const ChatterSeat = schema({ ...seatFields }, 'ChatterSeat');
export const ChatterTable = schema(
  { ...tableFields, seats: t.array(ChatterSeat), said: t.number().default(0), text: t.string().default('') },
  'ChatterTable',
);
export type ChatterTable = SchemaType<typeof ChatterTable>;

/** Text that repeats nowhere, so that a byte in the wrong place shows. */
export function noise(seed: number, length: number): string {
  const letters = Buffer.alloc(length);
  let word = seed + 1;
  for (let i = 0; i < length; i++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    letters[i] = 97 + ((word >>> 24) % 26);
  }
  return letters.toString('latin1');
}

const rules: Rules<Chatter, Chatter> = {
  game: 'chatter',
  version: '1',
  seats: () => 1,
  setup: () => ({ said: 0, text: '' }),
  decide(_state, seat, { name, payload }) {
    if (name === 'fail') throw new Error('rules that fail');
    return [{ type: 'say', seat, data: payload }];
  },
  apply(state, { data }) {
    state.text = noise(++state.said, (data as { length: number }).length);
  },
  turn: () => null,
  visible: (state) => state,
  result: () => null,
  bot: () => ({ name: 'say', payload: { length: 1 } }),
  encode: (state) => state,
  decode: (data) => data as Chatter,
};

class ChatterRoom extends MatchRoom<ChatterTable> {
  override async onCreate(options: Parameters<MatchRoom['onCreate']>[0]): Promise<void> {
    await super.onCreate(options);
    this.onMessage('throw', () => {
      throw new Error('a handler that throws');
    });
    this.onMessage('reject', async () => {
      throw new Error('a handler that rejects');
    });
    this.onMessage('throw_later', () => {
      this.clock.setTimeout(() => {
        throw new Error('a timer that throws');
      }, 1);
    });
  }
}

const chatterTable: GameTable<ChatterTable, Chatter> = {
  make: newTable,
  mirror(table, view) {
    const { game } = view(null);
    if (game) Object.assign(table, { said: game.said, text: game.text });
  },
};

function newTable(): ChatterTable {
  const table = new ChatterTable();
  table.seats.push(new ChatterSeat());
  return table;
}

export const chatter = defineGame({
  rules,
  options: z.strictObject({}),
  commands: { say: z.strictObject({ length: z.int().min(1).max(1_000_000) }), fail: z.strictObject({}) },
  table: chatterTable,
  room: ChatterRoom,
});
