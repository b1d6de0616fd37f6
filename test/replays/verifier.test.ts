import { afterAll, describe, expect, test } from 'vitest';
import type { MatchLog } from '../../src/replays/match-log.ts';
import { Verifier, type VerifierOptions } from '../../src/replays/verifier.ts';
import { Course } from '../match/course.ts';
import { seed } from '../match/support.ts';
import { recordOf } from './logs.ts';

const whist = recordOf(await Course.play({ game: 'whist', seed }));
const verified = { ok: true, entries: whist.entries.length, hashes: whist.hashes.length };

const open = (options: Partial<VerifierOptions> = {}): Verifier =>
  new Verifier({ games: new URL('./odd-games.ts', import.meta.url), ...options });
// a thread takes a moment to begin
const verifier = open();
afterAll(() => verifier.close());

/** The log of a game that is none. */
function logOf(game: string, version = '1'): MatchLog {
  const setup = { ...whist.header, game, version };
  return { ...whist, header: setup, entries: [{ n: 1, t: 0, type: 'create', seat: null, data: setup }] };
}

describe('the thread', () => {
  test('[RP48] verifies one match after the other, each by its own log', async () => {
    const changed = { ...whist, hashes: whist.hashes.slice(1) };
    const answers = await Promise.all([whist, changed, whist].map((log) => verifier.verify(log)));
    expect(answers).toEqual([verified, expect.objectContaining({ ok: false, check: 'hash' }), verified]);
  });

  test('[RP48] a log of more parts than one comes whole and in order', async () => {
    const { t } = whist.entries.at(-1)!;
    const tail = Array.from({ length: 1_200 }, (_, i) => ({
      n: whist.entries.length + 1 + i,
      t,
      type: 'play',
      seat: 0,
      data: null,
    }));
    const verdict = await verifier.verify({ ...whist, entries: [...whist.entries, ...tail] });
    expect(verdict).toMatchObject({ ok: false, n: whist.entries.length + 1 });
    const swapped = [...whist.entries, ...tail.with(1_100, tail[1_101]!)];
    expect(await verifier.verify({ ...whist, entries: swapped })).toMatchObject({
      check: 'order',
      n: whist.entries.length + 1_101,
    });
  });

  test.each(['chess', 'toString'])('[RP48] has no game %s', async (game) => {
    for (const log of [logOf(game), logOf('whist', '0'), logOf('whist', 'toString')])
      await expect(verifier.verify(log)).rejects.toMatchObject({
        status: 409,
        code: 'replay/unknown_version',
      });
  });

  test('[RP49] a play that does not end is ended, and the next one has a thread again', async () => {
    const hasty = open({ longestMs: 400 });
    const [endless, next] = [hasty.verify(logOf('endless')), hasty.verify(logOf('endless'))];
    for (const one of [endless, next])
      await expect(one).rejects.toMatchObject({ status: 503, code: 'replay/too_long' });
    await hasty.close();
  });

  test.each(['deadly', 'poisonous', 'faulty'])('[RP49] survives a %s game', async (game) => {
    const [first, next] = [verifier.verify(logOf(game)), verifier.verify(whist)];
    await expect(first).rejects.toThrow();
    expect(await next).toEqual(verified);
  });

  test('[RP49] ends with the server, and takes nothing after that', async () => {
    const another = open();
    const asked = another.verify(logOf('endless'));
    const waiting = another.verify(whist);
    const ended = Promise.allSettled([asked, waiting]);
    await another.close();
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(another.verify(whist)).rejects.toMatchObject({ status: 503 });
  });
});
