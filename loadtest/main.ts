/** npm run loadtest: many clients at once, and what they had to wait for. */
import { writeFile } from 'node:fs/promises';
import { Child } from '../bench/rpc.ts';
import { findCores } from '../bench/pin.ts';
import { DemoError, runCommand } from '../demo/demo-error.ts';
import { type OpenLoopPlan, type Plan, planOf } from './arguments.ts';
import { usage } from './help.ts';
import { openFilesHint } from './open-files.ts';
import { summaryText } from './report.ts';
import { run } from './run.ts';
import { runScenario } from './scenario.ts';
import { startTarget, targetAt, type Target } from './target.ts';

await runCommand(async () => {
  const plan = planOf(process.argv.slice(2));
  if (plan === null) return console.log(usage);
  const hint = openFilesHint(plan.kind === 'scenario' ? plan.clients : plan.sockets);
  if (hint !== null) throw new DemoError(hint);
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      stopped.abort();
      // whoever waits for the workers gets an error then, and clears up
      Child.killAll();
    });
  const cores = plan.server.url === null ? await findCores() : null;
  const target = await targetOf(plan, cores?.server ?? null);
  try {
    if (plan.kind === 'scenario') await runScenario(plan, target, stopped.signal);
    else if (!stopped.signal.aborted) await openLoop(plan, target, cores?.load ?? null);
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
  } finally {
    await target.close();
  }
  if (stopped.signal.aborted) throw new DemoError('The load was interrupted');
});

function targetOf({ server }: Plan, core: number | null): Promise<Target> | Target {
  const { url, keys, isOwned, database } = server;
  return url === null ? startTarget(database, core, console.error) : targetAt(url, keys, isOwned);
}

async function openLoop(plan: OpenLoopPlan, target: Target, core: number | null): Promise<void> {
  console.info = () => {}; // the SDK of watchers tells of each attempt to return
  const say = console.log;
  // several workers want more than one core
  const summary = await run({ plan, target, core: plan.workers === 1 ? core : null, say });
  say(summaryText(summary));
  if (plan.json !== null) await writeFile(plan.json, `${JSON.stringify(summary, null, 2)}\n`);
  if (Object.keys(summary.errors).length > 0) throw new DemoError('There were errors: see above');
  const p99 = summary.milliseconds['moves']!['p99']!;
  if (plan.p99 !== null && !(p99 < plan.p99))
    throw new DemoError(`The p99 of moves is ${p99.toFixed(1)} ms, not below ${plan.p99}`);
}
