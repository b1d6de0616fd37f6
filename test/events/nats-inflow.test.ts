import type { ConsumerMessages } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { Inflow } from '../../src/events/nats-inflow.ts';
import { settled } from '../support/fake-clock.ts';

/** Numbers, one after the other; `read` says how far it was asked. */
function source(count: number, end: () => void = () => undefined) {
  const state = { read: 0, isStopped: false };
  async function* numbers() {
    while (state.read < count && !state.isStopped) yield ++state.read;
    end();
  }
  const messages = Object.assign(numbers(), { stop: () => void (state.isStopped = true) });
  return { state, messages: messages as unknown as ConsumerMessages };
}

test('[ES37] what is not taken makes the consumer wait', async () => {
  const { state, messages } = source(25);
  const inflow = new Inflow(messages, 10);
  const seen: unknown[] = [];
  for (const expected of [10, 20, 25]) {
    await settled(30);
    expect(state.read).toBe(expected);
    seen.push(...(await inflow.take()));
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  expect(await inflow.take()).toEqual([]);
});

test('[ES37] what was there comes first, and then what ended it', async () => {
  const failure = new Error('gone');
  const inflow = new Inflow(
    source(3, () => {
      throw failure;
    }).messages,
    10,
  );
  await settled(30);
  expect(await inflow.take()).toEqual([1, 2, 3]);
  await expect(inflow.take()).rejects.toBe(failure);
});

test('[ES31] its end lets go of a consumer that waits', async () => {
  const { state, messages } = source(25);
  const inflow = new Inflow(messages, 10);
  await settled(30);
  inflow.end();
  await settled(30);
  expect([state.read, state.isStopped]).toEqual([10, true]);
  expect(await inflow.take()).toHaveLength(10);
  expect(await inflow.take()).toEqual([]);
});
