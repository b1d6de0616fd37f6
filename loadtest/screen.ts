/** The child that shows stock clients on the screen of @colyseus/loadtest, which reads its options from the command line. */
import { cli } from '@colyseus/loadtest';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioPlan } from './arguments.ts';
import type { Target } from './target.ts';
import { WhistCrowd } from './whist.ts';

type Given = Omit<ScenarioPlan, 'clients'> & Pick<Target, 'url' | 'keys'>;

const given = JSON.parse(process.env['LOADTEST']!) as Given;
const crowd = new WhistCrowd(given, given);
cli(() => crowd.join());
await sleep(given.seconds * 1000);
await crowd.leave();
process.exit(0);
