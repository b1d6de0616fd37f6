import { expect, test } from 'vitest';
import { createTurns } from '../../src/solo/turns.ts';

/** Work that ends when it is told to, and says when it began. */
function makeWork(begun: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const work = (): Promise<string> => {
    begun.push(name);
    return promise;
  };
  return { work, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

test('[SM4] one at a time, in the order of asking, whichever way each ends', async () => {
  const begun: string[] = [];
  const inTurn = createTurns(3);
  const [a, b, c] = [makeWork(begun, 'a'), makeWork(begun, 'b'), makeWork(begun, 'c')];
  const [first, second, third] = [inTurn(a.work), inTurn(b.work), inTurn(c.work)];
  // b could end at once, were it begun
  b.end();
  await Promise.resolve();
  expect(begun).toEqual(['a']);
  a.fail();
  await expect(first).rejects.toThrow('a');
  expect(await second).toBe('b');
  c.end();
  expect(await third).toBe('c');
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('[SM4] one more than may wait is refused, and its place is free when another has ended', async () => {
  const inTurn = createTurns(2);
  const [a, b, c] = [makeWork([], 'a'), makeWork([], 'b'), makeWork([], 'c')];
  const turns = [inTurn(a.work), inTurn(b.work)];
  await expect(inTurn(c.work)).rejects.toMatchObject({ status: 503, code: 'solo/busy' });
  a.end();
  await turns[0];
  c.end();
  const third = inTurn(c.work);
  b.end();
  expect(await Promise.all([...turns, third])).toEqual(['a', 'b', 'c']);
});
