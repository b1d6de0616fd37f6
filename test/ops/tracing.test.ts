import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { nobody } from '../../src/match/observer.ts';
import type { HandledBatch } from '../../src/match/observer.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { nobodyHttp } from '../../src/ops/observers.ts';
import { openTracing } from '../../src/ops/tracing.ts';
import { startProxy } from '../support/proxy.ts';
import { freePort, until } from '../support/server.ts';
import { startCollector } from '../support/otlp.ts';
import { trace } from './tracing-support.ts';

const silent = createLogger({ level: 'silent' });

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** So many commands of one batch, each of four spans. */
const commandsOf = (count: number): HandledBatch => ({
  matchId: 'm',
  game: 'whist',
  commands: Array.from({ length: count }, (_, seat) => ({
    name: 'play',
    seat,
    arrivedAt: 1,
    outcome: { ok: true, n: 1 } as const,
  })),
  entries: 1,
  beganAt: 2,
  ruledAt: 3,
  committedAt: 4,
  toldAt: 5,
});

/** 512 spans: as many go at once, when no others are under way. */
const aBatch = commandsOf(128);

describe('without a collector', () => {
  test('[TR1] nobody watches', async () => {
    const { httpObserver, matchObserver, close } = await openTracing(null, { log: silent });
    expect([httpObserver, matchObserver]).toEqual([nobodyHttp, nobody]);
    await close();
  });

  test('[TR1] no SDK is loaded; with one it is', async () => {
    expect(await loadedWith('null')).toEqual(['@opentelemetry/api']);
    expect(await loadedWith(`{ endpoint: 'http://127.0.0.1:1', share: 0, service: 's' }`)).toContain(
      '@opentelemetry/sdk-trace',
    );
  });
});

describe('a collector', () => {
  test('[TR8] gets 2,560 spans of a burst, and the rest is left out', async () => {
    const tracing = await trace(1);
    tracing.matchObserver.handled(commandsOf(3_000));
    const spans = await tracing.end();
    expect(spans).toHaveLength(2_048 + 512);
    expect(tracing.lines).toEqual([]);
  });

  test('[TR8] [TR9] that is not there is one warning; its URL is not told', async () => {
    const url = `http://ann:planted-password@127.0.0.1:${await freePort()}/?key=planted-key`;
    const tracing = await trace(1, { url });
    ends.push(tracing.close, tracing.collector.close);
    tracing.matchObserver.handled(aBatch);
    await until(() => tracing.lines.length > 0);
    expect(tracing.lines).toMatchObject([
      { level: 'warn', outage: 'the collector of traces', error: { code: 'ECONNREFUSED' } },
    ]);
    expect(tracing.raw.join()).not.toMatch(/planted|ann/);
  });

  test('[TR8] [TR9] that refuses, then goes, then comes back is one warning and one line; what it says is not told', async () => {
    const collector = await startCollector();
    const proxy = await startProxy(collector.port);
    ends.push(collector.close, proxy.close);
    const tracing = await trace(1, { url: `http://ann:password@127.0.0.1:${proxy.port}` });
    ends.push(tracing.close, tracing.collector.close);
    Object.assign(collector, { status: 403, answer: 'planted-answer' });
    for (let i = 0; i < 3; i++) tracing.matchObserver.handled(aBatch);
    await until(() => collector.refused === 3);
    await proxy.cut();
    tracing.matchObserver.handled(aBatch);
    Object.assign(collector, { status: 200, answer: '{}' });
    await proxy.mend();
    await until(() => {
      tracing.matchObserver.handled(commandsOf(1));
      return tracing.lines.length > 1;
    });
    expect(tracing.lines).toMatchObject([
      { level: 'warn', outage: 'the collector of traces', error: { code: 403 } },
      { level: 'info', outage: 'the collector of traces' },
    ]);
    expect(tracing.raw.join()).not.toContain('planted');
    expect(collector.headers[0]!.authorization).toBe(`Basic ${btoa('ann:password')}`);
  });

  test('[TR8] whose answers never end holds up neither a command nor the end', async () => {
    const tracing = await trace(1);
    ends.push(tracing.collector.close);
    tracing.collector.status = 0;
    for (let i = 0; i < 10; i++) tracing.matchObserver.handled(aBatch);
    await tracing.close();
    expect(tracing.collector.refused).toBeGreaterThan(0);
  });

  test('[TR8] may be opened again after its end', async () => {
    for (let i = 0; i < 2; i++) {
      const tracing = await trace(1);
      tracing.matchObserver.handled(commandsOf(1));
      expect(await tracing.end()).toHaveLength(4);
      await tracing.close();
    }
  });
});

/** Packages of OpenTelemetry that a process loads which opens traces with these settings. */
async function loadedWith(settings: string): Promise<string[]> {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    const own = new RegExp('^@opentelemetry/');
    registerHooks({
      resolve(name, context, next) {
        if (own.test(name)) loaded.add(name);
        return next(name, context);
      },
    });
    const { openTracing } = await import('./src/ops/tracing.ts');
    const { close } = await openTracing(${settings}, { log: console });
    await close();
    console.log(JSON.stringify([...loaded].sort()));
  `;
  const cwd = new URL('../..', import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd,
  });
  return JSON.parse(stdout);
}
