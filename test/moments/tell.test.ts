import { LocalPresence } from '@colyseus/core';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MomentsToTell } from '../../src/match/moments-to-tell.ts';
import { announceMoments, listenMoments, type ToldMoment } from '../../src/moments/tell.ts';
import { clapLog, clapsOf, momentsOf } from './support.ts';

/** A presence with the rooms of these matches, and what they are given. */
async function hall(...matchIds: string[]) {
  const presence = new LocalPresence();
  const heard = new Map<string, ToldMoment[]>(matchIds.map((matchId) => [matchId, []]));
  const faults: unknown[] = [];
  const fault = (error: unknown) => void faults.push(error);
  const roomOf = (matchId: string) => {
    const moments = heard.get(matchId);
    return moments && { tellMoments: (told: readonly ToldMoment[]) => void moments.push(...told) };
  };
  const stop = await listenMoments(presence, roomOf, fault);
  return { presence, heard, faults, fault, stop };
}

test("[MO13] a match here is told its moments, without tenant and wall time; others are somebody else's", async () => {
  const [log, other] = [clapLog(clapsOf(9)), clapLog(clapsOf(9))];
  const { presence, heard, faults, fault, stop } = await hall(log[0]!.matchId);
  const announce = announceMoments(presence, fault);
  const moments = momentsOf(log);
  announce(log[0]!.matchId, moments);
  announce(other[0]!.matchId, momentsOf(other));
  const told = moments.map(({ number, type, seat, n, t, data }) => ({ number, type, seat, n, t, data }));
  expect([...heard.values()]).toEqual([told]);
  expect(faults).toEqual([]);
  await stop();
  announce(log[0]!.matchId, moments);
  expect([...heard.values()]).toEqual([told]);
});

test('[MO14] what is malformed reaches no room, and those that follow do', async () => {
  const matchId = randomUUID();
  const { presence, heard, faults } = await hall(matchId);
  const good = { number: 1, type: 'triple', seat: 0, n: 4, t: 40, data: null };
  const wrong: object[] = [
    { number: 0 },
    { number: 1.5 },
    { number: '1' },
    { type: '' },
    { type: 'x'.repeat(65) },
    { seat: -1 },
    { seat: undefined },
    { n: Number.NaN },
    { t: -1 },
    { data: () => 1 },
  ];
  const messages = [
    null,
    undefined,
    false,
    7,
    'moments',
    [],
    {},
    { matchId },
    { matchId: 'x', moments: [good] },
    { matchId, moments: 'all' },
    ...wrong.map((field) => ({ matchId, moments: [good, { ...good, ...field }] })),
  ];
  for (const message of messages) presence.publish('moments', message);
  expect(faults).toHaveLength(messages.length);
  expect(heard.get(matchId)).toEqual([]);
  presence.publish('moments', { matchId, moments: [good] });
  expect(heard.get(matchId)).toEqual([good]);
});

test('[MO14] a room or a presence that fails is reported, and holds nothing up', async () => {
  const faults: string[] = [];
  const fault = (error: unknown) => void faults.push((error as Error).message);
  const presence = new LocalPresence();
  const [log] = [clapLog(clapsOf(3))];
  await listenMoments(
    presence,
    () => ({
      tellMoments: () => {
        throw new Error('a room');
      },
    }),
    fault,
  );
  announceMoments(presence, fault)(log[0]!.matchId, momentsOf(log));
  announceMoments({ publish: () => Promise.reject(new Error('away')) }, fault)('', []);
  announceMoments(
    {
      publish: () => {
        throw new Error('gone');
      },
    },
    fault,
  )('', []);
  await new Promise((resume) => setImmediate(resume));
  expect(faults.toSorted()).toEqual(['a room', 'away', 'gone']);
});

test('[R82] property: a room tells each moment once, in order, and none before its place in the log is shown', () => {
  const step = fc.oneof(fc.record({ from: fc.nat(12), count: fc.nat(6) }), fc.record({ shown: fc.nat(30) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const all = Array.from({ length: 18 }, (_, i) => ({
        number: i + 1,
        type: 'm',
        seat: null,
        n: 2 * i,
        t: i,
        data: i,
      }));
      const queue = new MomentsToTell();
      const told: number[] = [];
      let accepted: typeof all = [];
      let shownN = 0;
      for (const one of steps) {
        if ('shown' in one) shownN = Math.max(shownN, one.shown);
        else {
          const moments = all.slice(one.from, one.from + one.count);
          queue.add(moments);
          const last = accepted.at(-1)?.number ?? 0;
          accepted = accepted.concat(moments.filter(({ number }) => number > last));
        }
        told.push(...queue.take(shownN).map(({ number }) => number));
        expect(told).toEqual(accepted.filter(({ n }) => n <= shownN).map(({ number }) => number));
      }
    }),
  );
});
