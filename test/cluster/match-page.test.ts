/** The page of a match in the monitor, asked of any process of a house. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { InspectedMatch, ListedPage } from '../../src/match/inspected.ts';
import { sign } from '../support/server.ts';
import { beginWhist } from '../web/matches.ts';
import { House, type Resident } from './house.ts';

let house: House;
beforeAll(async () => {
  vi.spyOn(console, 'info').mockImplementation(() => {});
  house = await House.open(2);
}, 60_000);
afterAll(() => house?.close());

const headers = { Authorization: `Bearer ${sign('root', { roles: ['admin'] })}` };

async function ask<T>({ url }: Resident, path: string): Promise<T> {
  const answer = await fetch(`${url}/monitor/api/${path}`, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

/** Asks until it is so. */
async function once(resident: Resident, id: string, isSo: (match: InspectedMatch) => boolean) {
  for (const end = performance.now() + 20_000; ;) {
    const match = await ask<InspectedMatch>(resident, `matches/${id}`);
    if (isSo(match)) return match;
    if (performance.now() > end) throw new Error(`it is still ${match.where}, at ${match.n}`);
  }
}

test('[OP16] [OP17] [OP19] a match of one process is listed and shown by the other, also while that one is silent', async () => {
  const { roomId: id } = await beginWhist(house.url, 'far', 2);
  const owner = (await house.ownerOf(id))!;
  const other = house.residents.find((resident) => resident !== owner)!;

  for (const resident of [owner, other]) {
    const { items } = await ask<ListedPage>(resident, 'matches?game=whist');
    expect(items.map(({ matchId }) => matchId)).toEqual([id]);
  }
  // the stream gets what is committed to Redis some seconds later
  const far = await once(other, id, ({ entries }) => (entries ?? []).length > 1);
  const near = await ask<InspectedMatch>(owner, `matches/${id}`);
  const standing = ({ where, processId, tenantId, game, phase, seats, options }: InspectedMatch) => ({
    where,
    processId,
    tenantId,
    game,
    phase,
    options,
    accounts: seats.map(({ account }) => account),
  });
  expect(standing(far)).toEqual(standing(near));
  expect(far).toMatchObject({ where: 'live', phase: 'playing', state: expect.any(Object) });
  expect(JSON.stringify([near, far])).not.toContain('seed');

  owner.server.child.kill('SIGSTOP');
  const { processId } = far;
  expect(await once(other, id, ({ where }) => where === 'silent')).toMatchObject({
    processId,
    game: 'whist',
  });
  owner.server.child.kill('SIGCONT');
  expect(await once(other, id, ({ where }) => where === 'live')).toMatchObject({ game: 'whist' });
}, 60_000);
