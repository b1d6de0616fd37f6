/** A whole match of whist as what each of its moves changes in the table: all that the bare room knows of the game. */
import { decide } from '../../rooms/whist/decide.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import { mirrorWhist, newTable, type WhistTable } from '../../rooms/whist/state.ts';
import { seededRandom } from '../../src/match/random.ts';
import { Refusal } from '../../src/match/rules.ts';
import { chooseMove } from '../client/choose.ts';

type Fields = Record<string, unknown>;

/** What changes: fields of the table, fields of each seat, and what is added to each seat's sheet. */
export interface Step {
  readonly table: readonly (readonly [field: string, value: unknown])[];
  readonly seats: readonly (readonly [seat: number, field: string, value: unknown])[];
  readonly sheets: readonly (readonly [seat: number, values: readonly number[]])[];
}

/** The deal, and then a step for each move that the load makes. */
export function recordScript(seed: string): Step[] {
  const state = whistRules.setup({}, 4, seededRandom(seed, 'rules'));
  const table = newTable();
  const steps: Step[] = [];
  for (let before = snapshot(table); ; before = snapshot(table)) {
    mirrorWhist(table, whistRules.visible(state, null), (seat) => whistRules.visible(state, seat));
    steps.push(difference(before, snapshot(table)));
    if (state.turn === null) return steps;
    const drafts = decide(state, state.turn, chooseMove(table, state.hands[state.turn]!));
    if (drafts instanceof Refusal) throw new Error(drafts.message);
    for (const draft of drafts) whistRules.apply(state, draft, () => {});
  }
}

export function applyStep(target: WhistTable, { table, seats, sheets }: Step): void {
  for (const [field, value] of table) (target as unknown as Fields)[field] = value;
  for (const [seat, field, value] of seats) (target.seats[seat] as unknown as Fields)[field] = value;
  for (const [seat, values] of sheets) target.seats[seat]!.sheet.push(...values);
}

interface Snapshot {
  readonly table: Fields;
  readonly seats: readonly (Fields & { sheet: number[] })[];
}

function snapshot(table: WhistTable): Snapshot {
  const { seats, ...rest } = table.toJSON();
  return { table: rest, seats: seats.map((seat) => ({ ...seat, sheet: [...seat.sheet] })) };
}

function difference(before: Snapshot, after: Snapshot): Step {
  const seats = [...after.seats.entries()];
  return {
    table: changed(before.table, after.table),
    seats: seats.flatMap(([seat, { sheet: _, ...fields }]) =>
      changed(before.seats[seat]!, fields).map(([field, value]) => [seat, field, value] as const),
    ),
    sheets: seats
      .map(([seat, { sheet }]) => [seat, sheet.slice(before.seats[seat]!.sheet.length)] as const)
      .filter(([, values]) => values.length > 0),
  };
}

function changed(before: Fields, after: Fields): [string, unknown][] {
  return Object.entries(after).filter(([field, value]) => before[field] !== value);
}
