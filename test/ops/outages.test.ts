import { describe, expect, test } from 'vitest';
import { isUnreachable, ofDatabase } from '../../src/database/errors.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { Outage } from '../../src/ops/outages.ts';

const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const gone = ofDatabase(refused());

function setUp(more: { isTold?: true } = {}) {
  const lines: { level: string; msg: string; [field: string]: unknown }[] = [];
  const log = createLogger({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) });
  let now = 1_000_000;
  const outage = new Outage({ what: 'the database', log, now: () => now, explains: isUnreachable, ...more });
  const fail = async (error: unknown = gone) => {
    const work = async () => {
      throw error;
    };
    await expect(outage.watch(work)).rejects.toBe(error);
  };
  const work = () => outage.watch(async () => 7);
  return { outage, lines, log, fail, work, pass: (ms: number) => void (now += ms) };
}

describe('an outage', () => {
  test('[OP10] is one warning, however many fail, and one line when it is over, with their number', async () => {
    const { lines, fail, work, pass } = setUp();
    for (let i = 0; i < 50; i++) {
      await fail();
      pass(100);
    }
    pass(900);
    expect(await work()).toBe(7);
    await work();
    expect(lines).toMatchObject([
      { level: 'warn', outage: 'the database', error: { code: 'ECONNREFUSED' } },
      { level: 'info', outage: 'the database', failures: 50, seconds: 5.9 },
    ]);
    pass(1);
    await fail();
    expect(lines).toHaveLength(3);
  });

  test('[OP10] is over when nothing fails for a second; what was under way then tells of no new one', async () => {
    const { outage, lines, fail, work, pass } = setUp();
    const late = Promise.withResolvers<never>();
    await fail();
    pass(500);
    const waiting = outage.watch(() => late.promise);
    await work();
    expect(outage.isOn).toBe(true);
    pass(600);
    await work();
    expect(outage.isOn).toBe(false);
    late.reject(gone);
    await expect(waiting).rejects.toBe(gone);
    expect(lines).toHaveLength(2);
  });

  test('[OP10] is not what failed for another reason', async () => {
    const { lines, fail } = setUp();
    for (const code of ['40P01', '23505', '57014', ''])
      await fail(ofDatabase(Object.assign(new Error('no'), { code })));
    expect(lines).toEqual([]);
  });

  test('[OP11] its consequences are counted and not logged; all else is', async () => {
    const { outage, lines, log, work, pass } = setUp();
    const quiet = outage.quiet(log);
    const wrapped = new Error('could not record', { cause: gone });
    quiet.warn({ error: gone }, 'a consumer failed');
    for (let i = 0; i < 9; i++) quiet.error({ matchId: 'm', error: wrapped }, 'a match had a fault');
    quiet.error({ error: new Error('a bug') }, 'a match had a fault');
    quiet.warn({ why: 'moved' }, 'a match has moved');
    quiet.info({ error: gone }, 'by the way');
    quiet.warn({ error: new Error('no NATS', { cause: refused() }) }, 'NATS does not answer');
    pass(1_000);
    await work();
    expect(lines.map(({ msg }) => msg)).toEqual([
      'the database does not answer; what needs it waits, and tries again',
      'a match had a fault',
      'a match has moved',
      'by the way',
      'NATS does not answer',
      'the database answers again',
    ]);
    expect(lines.at(-1)).toMatchObject({ failures: 10 });
  });

  test('[OP10] [OP11] where its client tells of it, that alone begins and ends it', () => {
    const { outage, lines, log, pass } = setUp({ isTold: true });
    const quiet = outage.quiet(log);
    quiet.warn({ error: gone }, 'too early');
    outage.up();
    outage.down(gone);
    pass(5_000);
    for (let i = 0; i < 4; i++) quiet.warn({ error: gone }, 'a consumer failed');
    expect(outage.isOn).toBe(true);
    outage.up();
    quiet.warn({ error: gone }, 'too late');
    expect(outage.isOn).toBe(false);
    expect(lines).toMatchObject([
      { level: 'warn', outage: 'the database' },
      { level: 'info', seconds: 5, failures: 5 },
    ]);
  });
});
