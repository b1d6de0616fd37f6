import { expect, test } from 'vitest';
import type { MatchLog } from '../../src/replays/match-log.ts';
import { createVerification } from '../../src/replays/verification.ts';
import { verifyLog } from '../../src/replays/verify.ts';
import { Course, makeEngine } from '../match/course.ts';
import { seed } from '../match/support.ts';
import { recordOf } from './logs.ts';

const whist = recordOf(await Course.play({ game: 'whist', seed }));

test('[RP48] beyond 32 matches none is read, and one for which many ask is read and verified once', async () => {
  const read: string[] = [];
  const found: string[] = [];
  const gate = Promise.withResolvers<MatchLog>();
  const verification = createVerification({
    readLog(_tenantId, matchId) {
      read.push(matchId);
      return gate.promise;
    },
    verify: (log) => verifyLog(makeEngine.whist(), log),
    flag: async (matchId) => found.push(matchId) > 0,
    logEvent: () => {},
  });
  const ids = Array.from({ length: 32 }, (_, i) => `match ${i}`);
  const asked = ids.map((id) => verification.verify('acme', id));
  const again = verification.verify('acme', ids[0]!);
  await expect(verification.verify('acme', 'one more')).rejects.toMatchObject({
    status: 503,
    code: 'replay/busy',
  });
  // a match is one of its tenant
  await expect(verification.verify('rival', ids[0]!)).rejects.toMatchObject({ code: 'replay/busy' });
  gate.resolve(whist);
  for (const answer of [...(await Promise.all(asked)), await again])
    expect(answer).toMatchObject({ verified: true });
  expect(read).toEqual(ids);
  expect(found.toSorted()).toEqual(ids.toSorted());
  expect(await verification.verify('acme', 'one more')).toMatchObject({ verified: true });
});

test('[RP46] where there was no play nothing is kept', async () => {
  const found: string[] = [];
  const verification = createVerification({
    readLog: async () => whist,
    verify: async () => ({ ok: null, entries: 4 }),
    flag: async (matchId) => found.push(matchId) > 0,
    logEvent: () => {},
  });
  expect(await verification.verify('acme', 'a claim')).toMatchObject({ verified: null });
  expect(found).toEqual([]);
});
