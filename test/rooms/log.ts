/** What must be so after anything that a client did: the match goes on, and its log is what was acknowledged. */
import { expect } from 'vitest';
import type { TestData } from '../support/server.ts';
import { move, type Table } from './table.ts';

/** The next move is acknowledged, and all four see it. */
export async function expectToGoOn(table: Table): Promise<void> {
  const before = table.acknowledged.at(-1)?.n ?? 0;
  expect((await move(table)).n).toBeGreaterThan(before);
}

/** Each acknowledged command stands in the log where it was acknowledged, each id of a seat once, and no others do. */
export async function expectLog(data: TestData, { matchId, acknowledged }: Table): Promise<void> {
  const log = await data.log(matchId);
  expect(log.map(({ n }) => n)).toEqual(log.map((_, i) => i + 1));
  const commands = log.filter(({ id }) => id !== undefined).map(({ n, id, seat }) => ({ n, id, seat }));
  expect(commands).toEqual(
    acknowledged.map(({ n, id, seat }) => ({ n, id, seat })).sort((a, b) => a.n - b.n),
  );
}
