import { join } from 'node:path';
import { build } from 'vite';
import { expect, test } from 'vitest';
import { goldenRun } from '../tetris/golden-run.ts';
import { chromium, openTab } from './chromium.ts';

test.skipIf(!chromium)('[CL11] the golden run of the rules is the same in Chromium as in Node', async () => {
  const script = await bundle(join(import.meta.dirname, '../tetris/golden-run.ts'));
  const tab = await openTab();
  try {
    expect(await tab.run(`${script}; golden.goldenRun()`)).toEqual(goldenRun());
  } finally {
    await tab.close();
  }
});

/** A module and what it imports as one script that sets the global `golden`. */
async function bundle(entry: string): Promise<string> {
  const lib = { entry, formats: ['iife' as const], name: 'golden' };
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib },
  });
  const { output } = (built as { output: { code: string }[] }[])[0]!;
  return output[0]!.code;
}
