import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeReplay, encodeReplay } from '../../src/history/replay-record.ts';

const anyEntry = fc.record({
  t: fc.nat(),
  type: fc.string({ minLength: 1 }),
  seat: fc.option(fc.nat(63)),
  data: fc.jsonValue(),
  id: fc.option(fc.string(), { nil: undefined }),
});
const anyLog = fc
  .array(anyEntry)
  .map((entries) =>
    entries.map(({ id, ...entry }, i) => ({ n: i + 1, ...entry, ...(id !== undefined && { id }) })),
  );

describe('replay records', () => {
  test('[H7] packed and unpacked, any log is the same but for the ids of commands', async () => {
    const roundTrip = fc.asyncProperty(anyLog, async (log) => {
      const plain = log.map(({ n, t, type, seat, data }) => ({ n, t, type, seat, data: asJson(data) }));
      expect(await decodeReplay(await encodeReplay(log))).toEqual(plain);
    });
    await fc.assert(roundTrip);
  });

  test('[H7] it is small: a thousand moves take a tenth of their JSON at most', async () => {
    const log = Array.from({ length: 1_000 }, (_, i) => ({
      n: i + 1,
      t: i * 731,
      type: 'play',
      seat: i % 4,
      id: `${i}-command`,
      data: { card: (i * 37) % 52 },
    }));
    expect((await encodeReplay(log)).length).toBeLessThan(JSON.stringify(log).length / 10);
  });

  test('[H7] a record of another version, a damaged, cut or empty one is refused', async () => {
    const record = await encodeReplay([{ n: 1, t: 0, type: 'create', seat: null, data: { seed: 'f' } }]);
    const other = Buffer.from(record).fill(2, 0, 1);
    const damaged = Buffer.from(record).fill(0, 5, 9);
    for (const bad of [other, damaged, record.subarray(0, -3), Buffer.alloc(0)])
      await expect(decodeReplay(bad)).rejects.toMatchObject({ code: 'history/bad_log' });
  });
});

/** JSON has no negative zero. */
const asJson = (data: unknown): unknown => JSON.parse(JSON.stringify(data));
