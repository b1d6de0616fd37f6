import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeReplay, encodeReplay, type FinishedLog } from '../../src/history/replay-record.ts';
import type { Entry } from '../../src/match/engine.ts';
import { playTetris, playWhist } from './games.ts';

const anyKey = fc.constantFrom('tick', 'card', '__proto__', 'toString', '', '0', '-1');
// few shapes and some others, so that columns are shared and broken
const anyData = fc.oneof(
  fc.record({ tick: fc.integer(), card: fc.string() }),
  fc.record({ tick: fc.nat() }),
  fc.dictionary(anyKey, fc.jsonValue()),
  fc.jsonValue(),
  fc.constantFrom(null, {}, [], 2 ** 53, -(2 ** 60), 1e300, 0.1, 'a\nb', '\ud800', '\0'),
);
const anyEntry = fc.record({
  t: fc.oneof(fc.nat(), fc.maxSafeNat(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  type: fc.oneof(fc.constantFrom('input', 'mark', ''), fc.string()),
  seat: fc.option(fc.nat(63)),
  data: anyData,
  id: fc.option(fc.string(), { nil: undefined }),
});
const anyEntries = fc
  .array(anyEntry)
  .map((entries) =>
    entries.map(({ id, ...entry }, i) => ({ n: i + 1, ...entry, ...(id !== undefined && { id }) })),
  );
const anyHashes = fc.array(fc.record({ n: fc.nat(), hash: fc.string() }), { maxLength: 5 });
const anyLog = fc.record({ entries: anyEntries, hashes: anyHashes });

const entry = (n: number, fields: Partial<Entry> = {}): Entry => ({
  n,
  t: n * 731,
  type: 'play',
  seat: n % 4,
  data: { card: (n * 37) % 52 },
  ...fields,
});
const entriesOf = (count: number): Entry[] => Array.from({ length: count }, (_, i) => entry(i + 1));

/** As text: the order of keys, and whose they are, count too. */
const asText = ({ entries, hashes }: FinishedLog): string =>
  JSON.stringify([entries.map(({ n, t, type, seat, data }) => [n, t, type, seat, data]), hashes]);

const refused = {
  code: 'history/bad_log',
  message: expect.stringMatching(/^(a replay record is|this server)/),
};

/** A record of these lines, as if this server had made it. */
const recordOf = (...lines: unknown[]): Buffer =>
  Buffer.concat([Buffer.of(2), zstdCompressSync(lines.map((line) => JSON.stringify(line)).join('\n'))]);

describe('replay records', () => {
  test('[H7] packed and unpacked, any log is the same but for the ids of commands', async () => {
    const roundTrip = fc.asyncProperty(anyLog, async (log) => {
      expect(asText(await decodeReplay(await encodeReplay(log)))).toBe(asText(log));
    });
    await fc.assert(roundTrip, { numRuns: 300 });
  });

  test('[H7] a log of many blocks is the same too, entry by entry', async () => {
    const log = { entries: entriesOf(5_000), hashes: [{ n: 64, hash: 'ab' }] };
    const read = await decodeReplay(await encodeReplay(log));
    expect(asText(read)).toBe(asText(log));
    expect(read.entries.map(({ n }) => n)).toEqual(log.entries.map(({ n }) => n));
  });

  test('[H7] numbers so large that their differences are not exact come back', async () => {
    const cards = [2 ** 53, ...Array.from({ length: 20 }, () => 1 - 2 ** 53)];
    const log = { entries: cards.map((card, i) => entry(i + 1, { data: { card } })), hashes: [] };
    expect(asText(await decodeReplay(await encodeReplay(log)))).toBe(asText(log));
  });

  test('[H7] what JSON leaves out, a record leaves out', async () => {
    const log = { entries: [entry(1, { data: { card: undefined, trump: 'S' } })], hashes: [] };
    const { entries } = await decodeReplay(await encodeReplay(log));
    expect(entries[0]!.data).toStrictEqual({ trump: 'S' });
  });

  test('[H20] a record of version 1 is read: it has no hashes', async () => {
    const tuples = [
      [0, 'create', null, { seed: 'f' }],
      [7, 'play', 3, { card: '2C' }],
    ];
    const record = Buffer.concat([Buffer.of(1), zstdCompressSync(JSON.stringify(tuples))]);
    expect(await decodeReplay(record)).toEqual({
      entries: [
        { n: 1, t: 0, type: 'create', seat: null, data: { seed: 'f' } },
        { n: 2, t: 7, type: 'play', seat: 3, data: { card: '2C' } },
      ],
      hashes: [],
    });
  });

  test.each([
    ['a match of Tetris of two bots', () => playTetris('bots', 60), 3],
    ['a match of Tetris of any keys', () => playTetris('keys', 60), 8],
    ['a whole match of whist', () => playWhist(26), 8],
    ['a match of whist of one round', () => playWhist(1), 12],
  ])('[H21] %s takes few bytes an entry', async (_, play, bytes) => {
    const log = play();
    const record = await encodeReplay(log);
    expect(log.hashes.length).toBeGreaterThan(0);
    expect(asText(await decodeReplay(record))).toBe(asText(log));
    expect(record.length / log.entries.length).toBeLessThan(bytes);
  });

  test('[H22] a record of another version, and an empty one, are refused', async () => {
    const record = await encodeReplay({ entries: entriesOf(3), hashes: [] });
    for (const version of [0, 3, 255])
      await expect(decodeReplay(Buffer.from(record).fill(version, 0, 1))).rejects.toMatchObject(refused);
    await expect(decodeReplay(Buffer.alloc(0))).rejects.toMatchObject(refused);
  });

  test('[H22] a record that is cut anywhere is refused, and so is one of which any byte that matters is another', async () => {
    const log = { entries: entriesOf(40), hashes: [{ n: 1, hash: 'ab' }] };
    const record = await encodeReplay(log);
    const anyDamage = fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (place, change) => {
      const at = place % record.length;
      await expect(decodeReplay(record.subarray(0, at))).rejects.toMatchObject(refused);
      const damaged = Buffer.from(record);
      damaged[at]! ^= change;
      // some bits are of no use to the decompressor: then the log is the same
      const read = await decodeReplay(damaged).then(asText, (error: { code: string }) => error.code);
      expect([asText(log), 'history/bad_log']).toContain(read);
    });
    await fc.assert(anyDamage, { numRuns: 300 });
  });

  test('[H22] a small record that would unfold to more than 64 MB is refused, though all of it is valid', async () => {
    const padded = (bytes: number): Buffer =>
      Buffer.concat([Buffer.of(2), zstdCompressSync(Buffer.alloc(bytes, ' ').fill('[]', 0, 2))]);
    const bomb = padded(65 * 1024 * 1024);
    expect(bomb.length).toBeLessThan(10_000);
    await expect(decodeReplay(bomb)).rejects.toMatchObject(refused);
    expect(await decodeReplay(padded(1024 * 1024))).toEqual({ entries: [], hashes: [] });
  });

  test('[H22] a log that would be too long to be read again is not packed', async () => {
    const data = randomBytes(20_000_000).toString('hex');
    const entries = [entry(1, { data }), entry(2, { data })];
    await expect(encodeReplay({ entries, hashes: [] })).rejects.toMatchObject({ code: 'history/bad_log' });
  });

  const columns = { shapes: [['play', ['card']]], shape: [0, 0], t: { d: [1, 1] }, seat: [0, 1] };
  const whole = { ...columns, data: [['card', ['2C', '3C']]] };

  test.each([
    ['nothing', []],
    ['no hashes', [whole]],
    ['a hash without a place', [[['x', 'ab']], whole]],
    ['a block that is none', [[], {}]],
    ['a shape that is not there', [[], { ...whole, shape: [0, 1] }]],
    ['a shape of a negative number', [[], { ...whole, shape: [0, -1] }]],
    ['a seat too few', [[], { ...whole, seat: [0] }]],
    ['a seat of text', [[], { ...whole, seat: [0, '1'] }]],
    ['a time too many', [[], { ...whole, t: { d: [1, 1, 1] } }]],
    ['a time of text', [[], { ...whole, t: [1, 'x'] }]],
    ['half a step', [[], { ...whole, t: { d: [1, 0.5] } }]],
    ['a value too few', [[], { ...whole, data: [['card', ['2C']]] }]],
    ['a value too many', [[], { ...whole, data: [['card', ['2C', '3C', '4C']]] }]],
    ['a column that is not there', [[], { ...whole, data: [] }]],
    ['a column that nobody reads', [[], { ...whole, data: [...whole.data, ['tick', [1]]] }]],
  ])('[H22] a record with %s is refused', async (_, lines) => {
    await expect(decodeReplay(recordOf([], whole))).resolves.toMatchObject({ entries: { length: 2 } });
    await expect(decodeReplay(recordOf(...lines))).rejects.toMatchObject(refused);
  });

  test('[H22] one of version 1 with entries that are none is refused', async () => {
    for (const text of ['{}', '[[0]]', '[["0","play",0,null]]', '[', '[[0,"play",0.5,null]]']) {
      const record = Buffer.concat([Buffer.of(1), zstdCompressSync(text)]);
      await expect(decodeReplay(record)).rejects.toMatchObject(refused);
    }
  });
});
