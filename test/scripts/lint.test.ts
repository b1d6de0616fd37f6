import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Lints a file of this text, as if it stood at `path` in the repository; gives the rules that refuse it. */
function lint(path: string, text: string): string[] {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
  const { stdout, status } = spawnSync(resolve('node_modules/.bin/oxlint'), ['-f', 'json', path], {
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(file);
  const { diagnostics, number_of_files } = JSON.parse(stdout) as {
    diagnostics: { code: string }[];
    number_of_files: number;
  };
  expect(number_of_files).toBe(1);
  expect(status).toBe(diagnostics.length === 0 ? 0 : 1);
  return diagnostics.map(({ code }) => /\((.+)\)/.exec(code)![1]!);
}

const imports = (path: string, what: string) => lint(path, `export * from '${what}';`);
const uses = (path: string, expression: string) => lint(path, `export const x = ${expression};`);
const refused = ['no-restricted-imports'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gamekeeper-lint-'));
  cpSync('.oxlintrc.json', join(folder, '.oxlintrc.json'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('rules of a game', () => {
  test.each([
    ['rooms/whist/rules.ts', 'node:fs'],
    ['rooms/whist/rules.ts', '@colyseus/core'],
    ['rooms/whist/rules.ts', 'pino'],
    ['rooms/whist/rules.ts', 'zod'],
    ['rooms/whist/rules.ts', '../tetris/rules.ts'],
    ['rooms/whist/rules.ts', '../index.ts'],
    ['rooms/whist/rules.ts', '../../src/match/match-room.ts'],
    ['rooms/whist/bots/strong.ts', '../../tetris/rules.ts'],
    ['rooms/whist/bots/strong.ts', '../../../src/match/match.ts'],
    ['rooms/whist/bots/strong.ts', 'zod'],
    ['rooms/whist/commands.ts', 'node:fs'],
  ])('[LI1] %s does not import %s', (path, what) => {
    const value = `export * from '${what}';`;
    const type = `export type { X } from '${what}';`;
    const dynamic = `export const x = await import('${what}');`;
    expect(lint(path, `${value}\n${type}\n${dynamic}`)).toEqual([...refused, ...refused, ...refused]);
  });

  test.each([
    ['rooms/whist/rules.ts', './cards.ts'],
    ['rooms/whist/rules.ts', './bots/strong.ts'],
    ['rooms/whist/rules.ts', '../../src/match/rules.ts'],
    ['rooms/whist/rules.ts', '../../src/match/random.ts'],
    ['rooms/whist/bots/strong.ts', './policy.ts'],
    ['rooms/whist/bots/strong.ts', '../cards.ts'],
    ['rooms/whist/bots/strong.ts', '../../../src/match/random.ts'],
    ['rooms/whist/commands.ts', 'zod'],
    ['rooms/whist/options.ts', 'zod'],
    ['rooms/whist/room.ts', '../../src/match/match-room.ts'],
    ['rooms/whist/state.ts', '@colyseus/schema'],
  ])('[LI1] %s may import %s', (path, what) => {
    expect(imports(path, what)).toEqual([]);
  });

  test.each(['rooms/whist/rules.ts', 'rooms/whist/bots/strong.ts', 'rooms/whist/commands.ts'])(
    '[LI2] %s knows no clock, timer, network or process',
    (path) => {
      const expressions = [
        'Date.now()',
        'new Date()',
        'globalThis.Date',
        'performance.now()',
        'setTimeout(() => {}, 1)',
        'setInterval(() => {}, 1)',
        'setImmediate(() => {})',
        'queueMicrotask(() => {})',
        'process.hrtime()',
        "globalThis['process']",
        "fetch('/')",
        'crypto.randomUUID()',
      ];
      const lines = expressions.map((expression, i) => `export const x${i} = ${expression};`);
      expect(lint(path, lines.join('\n'))).toEqual(lines.map(() => 'no-restricted-globals'));
    },
  );

  test('[LI2] do not use Math.random', () => {
    expect(uses('rooms/whist/rules.ts', 'Math.random()')).toEqual(['no-restricted-properties']);
    expect(uses('rooms/whist/rules.ts', 'Math.max(1, 2)')).toEqual([]);
  });
});

describe('arrows point one way', () => {
  test('[LI3] only app.ts knows the rooms', () => {
    for (const path of [
      'main',
      'config',
      'match/match',
      'history/service',
      'http/server',
      'compose/base',
      'store/store',
    ]) {
      const rooms = path.includes('/') ? '../../rooms/index.ts' : '../rooms/index.ts';
      expect(imports(`src/${path}.ts`, rooms), path).toEqual(refused);
    }
    expect(imports('src/app.ts', '../rooms/index.ts')).toEqual([]);
  });

  test.each([
    ['src/history/service.ts', '../leaderboards/service.ts'],
    ['src/history/service.ts', '../match/match.ts'],
    ['src/history/service.ts', '../store/postgres-match-store.ts'],
    ['src/chat/deep/inside.ts', '../../groups/entities.ts'],
    ['src/match/match.ts', '../history/service.ts'],
    ['src/history/service.ts', '../cluster/live-rooms.ts'],
  ])('[LI4] %s does not import %s', (path, what) => {
    expect(imports(path, what)).toEqual(refused);
  });

  test.each([
    './entities.ts',
    '../auth/principal.ts',
    '../database/database.ts',
    '../http/errors.ts',
    '../ops/events.ts',
    '../match/engine.ts',
    '../events/event-stream.ts',
    '../store/match-store.ts',
    'zod',
    '@mikro-orm/core',
  ])('[LI4] a service may import %s', (what) => {
    expect(imports('src/history/service.ts', what)).toEqual([]);
  });

  test.each([
    ['src/match/match.ts', '../database/database.ts'],
    ['src/cluster/sweeper.ts', '../accounts/service.ts'],
    ['src/http/server.ts', '../database/database.ts'],
    ['src/auth/tokens.ts', '../accounts/service.ts'],
    ['src/ops/health.ts', '../match/match.ts'],
    ['src/database/database.ts', '../store/match-store.ts'],
    ['src/store/committer.ts', '../history/projector.ts'],
    ['src/events/subscription.ts', '../http/server.ts'],
  ])('[LI5] %s does not import %s', (path, what) => {
    expect(imports(path, what)).toEqual(refused);
  });

  test.each([
    ['src/match/match.ts', '../store/match-store.ts'],
    ['src/store/committer.ts', '../database/sql.ts'],
    ['src/database/entities.ts', '../history/entities.ts'],
    ['src/ops/monitor.ts', '../auth/tokens.ts'],
  ])('[LI5] %s may import %s', (path, what) => {
    expect(imports(path, what)).toEqual([]);
  });
});

describe('what one place alone does', () => {
  test('[LI6] reads the environment', () => {
    for (const path of [
      'src/main.ts',
      'src/app.ts',
      'src/ops/logger.ts',
      'rooms/whist/room.ts',
      'client/a.ts',
    ]) {
      expect(uses(path, 'process.env'), path).toEqual(['no-process-env']);
      expect(uses(path, "process.env['PORT']"), path).toEqual(['no-process-env']);
    }
    expect(imports('src/ops/logger.ts', 'node:process')).toEqual(refused);
    for (const path of ['src/config.ts', 'scripts/a.ts', 'demo/a.ts', 'bench/a.ts', 'test/a.ts']) {
      expect(uses(path, 'process.env'), path).toEqual([]);
    }
  });

  test('[LI7] writes to the console', () => {
    for (const path of [
      'src/app.ts',
      'src/ops/logger.ts',
      'rooms/whist/room.ts',
      'client/a.ts',
      'test/a.ts',
    ]) {
      expect(lint(path, "console.log('x');"), path).toEqual(['no-console']);
    }
    for (const path of ['src/main.ts', 'scripts/a.ts', 'demo/a.ts', 'bench/a.ts']) {
      expect(lint(path, "console.log('x');"), path).toEqual([]);
    }
  });
});
