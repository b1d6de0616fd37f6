/** A seat is promised only when the matchmaker knows what that leaves: over a driver whose writes can be held up. */
import { matchMaker } from '@colyseus/core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { settled } from '../support/fake-clock.ts';
import { sign, startServer, type TestServer, until } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => void (server = await startServer()));
afterAll(() => server?.close());

async function ask(account: string): Promise<string> {
  const answer = await fetch(`${server.url}/matchmake/joinOrCreate/whist`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${sign(account)}` },
    body: '{}',
  });
  return ((await answer.json()) as { roomId: string }).roomId;
}

test('[CU66] the last seat is answered after the listing says that the match is full', async () => {
  const [matchId] = [await ask('p0'), await ask('p1'), await ask('p2')];
  const { driver } = matchMaker;
  const update = driver.update.bind(driver);
  const held = Promise.withResolvers<void>();
  let isHeld = false;
  vi.spyOn(driver, 'update').mockImplementation(async (room, changes) => {
    if (changes.$set?.private === true) await ((isHeld = true), held.promise);
    return update(room, changes);
  });
  let last: string | null = null;
  const asking = ask('p3').then((roomId) => (last = roomId));
  await until(() => isHeld);
  // more than any answer takes that does not wait
  for (let i = 0; i < 20; i++) await settled();
  await fetch(`${server.url}/health/live`);
  expect(last).toBe(null);
  held.resolve();
  expect(await asking).toBe(matchId);
  expect(await ask('p4')).not.toBe(matchId);
});
