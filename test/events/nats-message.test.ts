import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Moment, Published } from '../../src/events/event-stream.ts';
import { NatsStreamError } from '../../src/events/nats-error.ts';
import {
  MOST_BYTES,
  decodeMoments,
  decodeRecords,
  encodeMessage,
  partOfMoment,
  partOfRecord,
} from '../../src/events/nats-message.ts';
import { endOf, following, pack } from '../../src/events/nats-pack.ts';
import { momentOf, record } from './contract.ts';

const matchId = '0196f1d2-0000-7000-8000-000000000001';
const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (data: Uint8Array): string => Buffer.from(data).toString();
const messageOf = (...records: Published[]) => encodeMessage('events', records.map(partOfRecord));
const good = text(messageOf(record(matchId, 1, 2), record(matchId, 3)));

function codeOf(data: Uint8Array, of = matchId): string {
  try {
    decodeRecords(of, data);
  } catch (error) {
    if (error instanceof NatsStreamError) return error.code;
    throw error;
  }
  return 'read';
}

describe('messages', () => {
  test('[ES17] records are JSON tuples under who and what they are about', () => {
    const two: Published = {
      matchId,
      tenantId: 'acme',
      game: 'whist',
      epoch: 3,
      n: 7,
      at: 1_800_000_000_123,
      entries: [
        { n: 7, t: 10, type: 'play', seat: 1, id: 'c1', data: { card: 'H7' } },
        { n: 8, t: 11, type: 'wake', seat: null, data: null },
      ],
      events: [{ n: 8, t: 11, type: 'trick', seat: 2, data: [1] }],
    };
    expect(text(messageOf(two))).toBe(
      `{"v":1,"match":"${matchId}","tenant":"acme","game":"whist","records":[{"n":7,"epoch":3,"at":1800000000123,` +
        '"entries":[[10,"play",1,"c1",{"card":"H7"}],[11,"wake",null,null,null]],"events":[[1,11,"trick",2,[1]]]}]}',
    );
    expect(text(encodeMessage('moments', [partOfMoment(momentOf(matchId, 2))]))).toBe(
      `{"v":1,"match":"${matchId}","tenant":"acme","game":"whist","moments":[{"number":2,"n":6,"t":2000,` +
        '"at":1800000000123,"type":"slam","seat":null,"data":{"tricks":2,"who":"☃ \\"\\\\"}}]}',
    );
  });

  test('[ES17] property: what was encoded is read, whatever it holds', () => {
    const what = { t: fc.nat(), type: fc.string(), seat: fc.option(fc.nat(9)), data: fc.jsonValue() };
    const entry = fc.record({ ...what, id: fc.string() });
    const plan = fc.array(
      fc.record({ entries: fc.array(entry, { minLength: 1 }), events: fc.array(fc.record(what)) }),
      {
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(plan, fc.string(), (drafts, tenantId) => {
        let n = 1;
        const records = drafts.map(({ entries, events }): Published => {
          const first = n;
          return {
            matchId,
            tenantId,
            game: 'g',
            epoch: 1,
            n: first,
            at: 1,
            entries: entries.map((e) => ({ ...e, data: plain(e.data), n: n++ })),
            events: events.map((e) => ({ ...e, data: plain(e.data), n: first })),
          };
        });
        expect(decodeRecords(matchId, messageOf(...records)).items).toEqual(records);
      }),
    );
  });

  test('[ES17] moments are read as they were encoded', () => {
    const moments: Moment[] = [momentOf(matchId, 1), momentOf(matchId, 2)];
    expect(decodeMoments(matchId, encodeMessage('moments', moments.map(partOfMoment))).items).toEqual(
      moments,
    );
  });

  test('[ES18] what is no message of ours has a code that says why', () => {
    expect(codeOf(bytes(good))).toBe('read');
    expect(codeOf(bytes(good.replace('"v":1', '"v":2')))).toBe('stream/version');
    expect(codeOf(bytes(good.replace('"v":1,', '')))).toBe('stream/malformed');
    expect(codeOf(bytes(good), randomUUID())).toBe('stream/foreign');
    expect(codeOf(new Uint8Array(MOST_BYTES + 1))).toBe('stream/oversized');
    expect(codeOf(messageOf(record(matchId, 1), record(matchId, 3)))).toBe('stream/gap');
    expect(codeOf(messageOf({ ...record(matchId, 1), entries: [] }))).toBe('stream/malformed');
    for (const junk of ['', 'null', '1', '[]', '{}', '{"v":1}', '"v"'])
      expect(codeOf(bytes(junk))).toBe('stream/malformed');
  });

  test('[ES18] what no database of ours could hold is refused: none of it can hold up its readers', () => {
    const changes: [from: string, to: string][] = [
      [matchId, 'm1'],
      ['"acme"', `"${'x'.repeat(65)}"`],
      ['"whist"', '"nul\\u0000"'],
      ['"epoch":1', '"epoch":1e12'],
      ['"at":1800000000123', '"at":1e300'],
      ['"at":1800000000123', '"at":-1e15'],
      ['[[0,', '[[1,'],
      ['"events":[[1,', '"events":[[2,'],
    ];
    for (const [from, to] of changes) {
      const bad = good.replaceAll(from, to);
      if (bad !== good)
        expect([to, codeOf(bytes(bad), from === matchId ? to : matchId)]).toEqual([to, 'stream/malformed']);
      else expect.unreachable(from);
    }
    const moment = text(encodeMessage('moments', [partOfMoment(momentOf(matchId, 2))]));
    for (const [from, to] of [
      ['"t":2000', '"t":0.5'],
      ['"seat":null', '"seat":1e9'],
      ['"n":6', '"n":1e12'],
      ['slam', 'x'.repeat(65)],
    ] as const)
      expect(() => decodeMoments(matchId, bytes(moment.replace(from, to)))).toThrow(
        /no message of this stream/,
      );
  });

  test('[ES18] one that was cut off anywhere is refused', () => {
    const data = bytes(good);
    for (let length = 0; length < data.length; length++)
      expect(codeOf(data.subarray(0, length))).toBe('stream/malformed');
  });

  test('[ES18] property: damage is read or refused, never a crash, and never quoted', () => {
    const hit = fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(hit, { minLength: 1, maxLength: 4 }), (hits) => {
        const data = Buffer.from(bytes(good));
        for (const { at, to } of hits) data[at] = to;
        expect(codeOf(data)).toMatch(/^(read|stream\/(version|malformed|foreign|gap))$/);
      }),
      { numRuns: 500 },
    );
    expect(() => decodeRecords(matchId, bytes('secret'))).not.toThrow(/secret/);
  });
});

describe('packing', () => {
  const part = (n: number, size: number, epoch = 1) => ({
    ...partOfRecord({ ...record(matchId, n), epoch }),
    json: `"${'x'.repeat(size)}"`,
  });

  test('[ES19] property: messages hold what follows on, of one epoch, up to 64 KB, and nothing is lost', () => {
    const step = fc.record({ size: fc.nat(40_000), isNext: fc.boolean(), isNewEpoch: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let [n, epoch] = [0, 1];
        const parts = steps.map(({ size, isNext, isNewEpoch }) =>
          part((n += isNext ? 1 : 2), size, (epoch += isNewEpoch ? 1 : 0)),
        );
        const messages = pack(parts);
        expect(messages.flat()).toEqual(parts);
        for (const message of messages) {
          const size = encodeMessage('events', message).length;
          if (message.length > 1) expect(size).toBeLessThan(65 * 1024);
          message.slice(1).forEach((each, i) => {
            expect(each.n).toBe(endOf(message[i]!));
            expect(each.epoch).toBe(message[i]!.epoch);
          });
        }
        const joinable = messages.slice(1).filter(([first], i) => {
          const before = messages[i]!;
          const size = [...before, first!].reduce((sum, { json }) => sum + json.length + 1, 0);
          return size <= 64 * 1024 && endOf(before.at(-1)!) === first!.n && before[0]!.epoch === first!.epoch;
        });
        expect(joinable).toEqual([]);
      }),
    );
  });

  test('[ES3] [ES4] property: what goes on from a place is each once, and each hole is told', () => {
    const places = fc.array(
      fc.record({ n: fc.integer({ min: 1, max: 12 }), count: fc.integer({ min: 1, max: 3 }) }),
    );
    fc.assert(
      fc.property(places, fc.integer({ min: 1, max: 8 }), (drafts, next) => {
        const holes: number[] = [];
        const parts = drafts.map(({ n, count }) => ({ ...part(n, 1), count }));
        const kept = following(parts, next, ({ n }) => holes.push(n));
        let expected = next;
        for (const each of kept) {
          expect(endOf(each)).toBeGreaterThan(expected);
          if (each.n > expected) expect(holes.shift()).toBe(each.n);
          expected = endOf(each);
        }
        expect(holes).toEqual([]);
        expect(expected).toBe(Math.max(next, ...parts.map(endOf)));
      }),
    );
  });
});

/** Without what JSON can't say, such as -0. */
const plain = (data: unknown): unknown => JSON.parse(JSON.stringify(data));
