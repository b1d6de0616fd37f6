import { expect, test } from 'vitest';
import { games as played } from '../../rooms/engines.ts';
import { games } from '../../rooms/index.ts';

test('[RP50] every version of every game can be played again', () => {
  const versionsOf = (list: typeof played) =>
    list.map(({ name, engines }) => [
      name,
      Object.entries(engines).map(([version, make]) => [version, make().version]),
    ]);
  expect(versionsOf(played)).toEqual(versionsOf(games));
});
