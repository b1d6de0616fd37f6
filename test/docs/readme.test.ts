/** The game of the README, as it stands there: its code is taken out, and played. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeConfig } from '../../src/config.ts';
import type { Game } from '../../src/match/game.ts';
import { sdkClient, sign, startServer, type TestServer } from '../support/server.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
let server: TestServer;

beforeAll(async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const section = readme.slice(
    readme.indexOf('## A game in ten minutes'),
    readme.indexOf('## Configuration'),
  );
  const [rules, room] = [...section.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);
  folder = await mkdtemp(join(root, 'rooms', '.readme-'));
  await writeFile(join(folder, 'rules.ts'), rules!);
  await writeFile(join(folder, 'room.ts'), room!);
  const { nim } = (await import(join(folder, 'room.ts'))) as { nim: Game };
  server = await startServer({}, [nim]);
});

afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

test('the game of the README is played to its end against a bot', async () => {
  const room = await sdkClient(server.url, sign('ann')).joinOrCreate('nim', { botDelayMs: 0 });
  const table = room.state as { phase: string; turn: number; left: number };
  await room.request('add_bot', { id: '1', strength: 'strong' });
  await room.request('ready', { id: '2' });
  for (let id = 3; id < 40 && table.phase !== 'over'; id++) {
    await expect.poll(() => table.turn === 0 || table.phase === 'over').toBe(true);
    if (table.phase !== 'over')
      await room.request('take', { id: String(id), count: Math.min(table.left, 2) });
  }
  expect(table).toMatchObject({ phase: 'over', left: 0 });
  await room.leave();
});

test('the configuration table of the README is that of the code', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  for (const { name, default: value, meaning } of describeConfig()) {
    expect(readme).toContain(`| \`${name}\` | ${value} | ${meaning} |`);
  }
});
