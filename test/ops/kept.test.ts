import { describe, expect, test } from 'vitest';
import { kept } from '../../src/ops/kept.ts';

function setUp(work: () => Promise<string>) {
  let [now, asked] = [0, 0];
  const ask = kept(
    () => {
      asked++;
      return work();
    },
    { keepMs: 1_000, patienceMs: 20, instead: 'nothing', now: () => now },
  );
  return { ask, pass: (ms: number) => void (now += ms), asked: () => asked };
}

describe('what many ask for', () => {
  test('[OP35] [OP42] is done once at a time, and kept for its time', async () => {
    const { ask, pass, asked } = setUp(async () => 'well');
    expect(await Promise.all(Array.from({ length: 100 }, ask))).toEqual(Array(100).fill('well'));
    pass(999);
    await ask();
    expect(asked()).toBe(1);
    pass(1);
    await ask();
    expect(asked()).toBe(2);
  });

  test.each([
    ['fails', () => Promise.reject(new Error('away'))],
    [
      'throws',
      () => {
        throw new Error('away');
      },
    ],
    ['does not answer', () => new Promise<never>(() => {})],
  ])('[OP35] [OP42] keeps nobody waiting where it %s, and is not asked anew at once', async (_, work) => {
    const { ask, pass, asked } = setUp(work);
    expect(await ask()).toBe('nothing');
    pass(999);
    expect(await ask()).toBe('nothing');
    expect(asked()).toBe(1);
    pass(1);
    await ask();
    expect(asked()).toBe(2);
  });

  test('[OP42] is asked anew sooner where there was no answer, and not before that', async () => {
    let [now, asked, isThere] = [0, 0, false];
    const work = async (): Promise<string> => {
      asked++;
      if (!isThere) throw new Error('away');
      return 'well';
    };
    const times = { keepMs: 1_000, keepNoneMs: 100, patienceMs: 20, now: () => now };
    const ask = kept(work, { ...times, instead: 'nothing' });
    for (now = 0; now < 1_000; now += 10) expect(await ask()).toBe('nothing');
    expect(asked).toBe(10);
    isThere = true;
    for (now = 1_000; now < 2_000; now += 10) expect(await ask()).toBe('well');
    expect(asked).toBe(11);
  });
});
