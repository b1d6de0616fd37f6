/**
 * Runs the scenario of stock clients: on the screen of @colyseus/loadtest where there is a terminal, and as plain lines
 * elsewhere, since that screen writes nothing but control codes into a pipe, and never ends.
 */
import { cli } from '@colyseus/loadtest';
import { setTimeout as sleep } from 'node:timers/promises';
import { DemoError } from '../demo/demo-error.ts';
import type { ScenarioPlan } from './arguments.ts';
import { limitHint, type Target } from './target.ts';
import { WhistCrowd } from './whist.ts';

export async function runScenario(plan: ScenarioPlan, target: Target): Promise<void> {
  const crowd = new WhistCrowd(plan, target);
  if (process.stdout.isTTY && !plan.isPlain) await onScreen(plan, target, crowd);
  else await asLines(plan, crowd, console.log);
}

/** It takes its options from the command line, and joins clients one after another. Resolves when the time is over. */
async function onScreen(plan: ScenarioPlan, { url }: Target, crowd: WhistCrowd): Promise<void> {
  const options = ['--endpoint', url, '--room', 'whist', '--numClients', String(plan.clients)];
  process.argv.splice(2, Infinity, ...options);
  cli(() => crowd.join());
  await sleep(plan.seconds * 1000);
  await crowd.leave();
}

/** Joins clients one after another, as the screen does, and tells each second. */
export async function asLines(
  plan: ScenarioPlan,
  crowd: WhistCrowd,
  say: (line: string) => void,
): Promise<void> {
  const end = performance.now() + plan.seconds * 1000;
  const joining = joinAll(plan.clients, crowd, end);
  for (let at = 1; performance.now() < end; at++) {
    await sleep(Math.min(1000, end - performance.now()));
    say(`${String(at).padStart(4)} s  ${crowd.line()}`);
    if (crowd.isLimited) throw new DemoError(limitHint);
  }
  await joining;
  await crowd.leave();
  for (const [error, times] of crowd.errors) say(`  ${times} x ${error}`);
  if (crowd.errors.size > 0) throw new DemoError('There were errors: see above');
}

async function joinAll(clients: number, crowd: WhistCrowd, end: number): Promise<void> {
  for (let i = 0; i < clients && performance.now() < end; i++)
    await crowd.join().catch((error: unknown) => crowd.failed(error));
}
