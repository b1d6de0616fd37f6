import { expect, test } from 'vitest';
import { closeAll, type Closing } from '../../src/compose/closing.ts';

test('what was opened is closed, the latest first, once', async () => {
  const closed: string[] = [];
  const closing: Closing = [async () => closed.push('database'), async () => closed.push('store')];
  await closeAll(closing);
  await closeAll(closing);
  expect(closed).toEqual(['store', 'database']);
});

test('one that can not be closed keeps nothing else open, and is told of', async () => {
  const closed: string[] = [];
  const fail = (why: string) => () => Promise.reject(new Error(why));
  const closing: Closing = [async () => closed.push('redis'), fail('second'), fail('first')];
  await expect(closeAll(closing)).rejects.toThrow('first');
  expect(closed).toEqual(['redis']);
});
