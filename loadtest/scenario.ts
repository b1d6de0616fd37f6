/**
 * Runs the scenario of stock clients: on the screen of @colyseus/loadtest where there is a terminal, and as plain lines
 * elsewhere, since that screen writes nothing but control codes into a pipe, and never ends.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DemoError } from '../demo/demo-error.ts';
import type { ScenarioPlan } from './arguments.ts';
import { limitHint, type Target } from './target.ts';
import { WhistCrowd } from './whist.ts';

export async function runScenario(plan: ScenarioPlan, target: Target, stopped: AbortSignal): Promise<void> {
  if (process.stdout.isTTY && !plan.isPlain) await onScreen(plan, target);
  else await asLines(plan, new WhistCrowd(plan, target), console.log, stopped);
}

/** In a process of its own: the screen ends its process when it likes, and what we have started must be ended then. */
async function onScreen({ clients, ...plan }: ScenarioPlan, { url, keys }: Target): Promise<void> {
  const args = ['--endpoint', url, '--room', 'whist', '--numClients', String(clients)];
  const env = { ...process.env, LOADTEST: JSON.stringify({ ...plan, url, keys }) };
  const [code] = await once(fork(join(import.meta.dirname, 'screen.ts'), args, { env }), 'exit');
  if (code !== 0) throw new DemoError('the clients ended with an error');
}

/** Joins clients one after another, as the screen does, and tells each second. */
export async function asLines(
  plan: ScenarioPlan,
  crowd: WhistCrowd,
  say: (line: string) => void,
  stopped: AbortSignal,
): Promise<void> {
  const joining = joinAll(plan.clients, crowd, stopped);
  try {
    for (let at = 1; at <= plan.seconds && !stopped.aborted; at++) {
      await sleep(1000, undefined, { signal: stopped }).catch(() => {});
      say(`${String(at).padStart(4)} s  ${crowd.line()}`);
      if (crowd.isLimited) throw new DemoError(limitHint);
    }
  } finally {
    await crowd.leave();
    await joining;
  }
  for (const [error, times] of crowd.errors) say(`  ${times} x ${error}`);
  if (crowd.errors.size > 0) throw new DemoError('There were errors: see above');
}

async function joinAll(clients: number, crowd: WhistCrowd, stopped: AbortSignal): Promise<void> {
  for (let i = 0; i < clients && !crowd.isOver && !stopped.aborted; i++)
    await crowd.join().catch((error: unknown) => crowd.failed(error));
}
