import type { Input } from '../../src/match/engine.ts';
import { RulesEngine } from '../../src/match/rules-engine.ts';
import type { Tick } from '../../src/match/table-engine.ts';
import { TickEngine } from '../../src/match/tick-engine.ts';
import { HARD_DROP, MOVE_LEFT } from '../../rooms/tetris/actions.ts';
import { tetrisRules } from '../../rooms/tetris/rules.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import { engineContract } from './engine-contract.ts';
import { CounterEngine } from './engines/counter.ts';
import { SleeperEngine, threeDays } from './engines/sleeper.ts';
import { WorkerEngine } from './engines/worker-engine.ts';
import { setupOf } from './support.ts';

const command = (t: number, name: string, payload: unknown = {}, seat = 0): Input => ({
  kind: 'command',
  t,
  seat,
  id: `${name} ${t}`,
  name,
  payload,
});
const tick = (k: number): Tick => ({ kind: 'tick', t: Math.round((k * 1000) / 60) });
const seat = (t: number, type: 'sit' | 'away' | 'back', account: string): Input => ({
  kind: 'seat',
  t,
  change: { type, account },
});

engineContract({
  name: 'a card game (whist by the rules engine)',
  make: () => new RulesEngine(whistRules),
  setup: setupOf('whist', { rounds: 1, turnMs: 10_000, botDelayMs: 500 }),
  inputs: [
    seat(10, 'sit', 'ann'),
    seat(20, 'sit', 'bob'),
    command(30, 'add_bot', { strength: 'weak' }, 1),
    command(40, 'add_bot', { strength: 'weak' }),
    command(50, 'add_bot', { strength: 'medium' }),
    command(60, 'ready', { ready: true }, 1),
    command(70, 'bid', { bid: 3 }),
    command(80, 'ready', { ready: true }),
    command(90, 'fly'),
    ...Array.from({ length: 8 }, (_, i): Input => ({ kind: 'wake', t: 11_000 * (i + 1) })),
    seat(90_000, 'away', 'ann'),
    ...Array.from({ length: 8 }, (_, i): Input => ({ kind: 'wake', t: 100_000 + 11_000 * i })),
    seat(200_000, 'back', 'ann'),
    command(200_001, 'play', { card: 'AS' }),
    { kind: 'wake', t: 300_000 },
  ],
});

engineContract({
  name: 'a game of ticks (Tetris by the tick engine)',
  make: () => new TickEngine(tetrisRules),
  setup: setupOf('tetris', {
    players: 3,
    startLevel: 15,
    targeting: 'even',
    messiness: 30,
    garbageDelay: 20,
    ticks: 40,
  }),
  inputs: [
    seat(10, 'sit', 'ann'),
    seat(20, 'sit', 'bob'),
    command(30, 'input', { tick: 1, actions: HARD_DROP }),
    command(40, 'add_bot', { strength: 'strong' }),
    command(50, 'ready', { ready: true }),
    command(60, 'ready', { ready: true }, 1),
    ...[4, 5].map(tick),
    command(91, 'input', { tick: 3, actions: MOVE_LEFT }),
    command(92, 'input', { tick: 12, actions: HARD_DROP }),
    command(93, 'input', { tick: 12, actions: HARD_DROP | MOVE_LEFT }, 1),
    command(94, 'input', { tick: 1_000, actions: HARD_DROP }),
    command(95, 'input', { tick: 3, actions: Number.NaN }),
    ...[6, 7, 8].map(tick),
    seat(140, 'away', 'bob'),
    ...[9, 10, 11, 12, 13, 14].map(tick),
    { ...tick(15), mark: true },
    ...[16, 17, 18, 19, 20].map(tick),
    seat(340, 'away', 'ann'),
    ...[21, 22].map(tick),
    seat(370, 'back', 'bob'),
    command(371, 'input', { tick: 3, actions: HARD_DROP }, 1),
    ...Array.from({ length: 23 }, (_, i) => tick(23 + i)),
  ],
});

engineContract({
  name: 'a 60 Hz counter',
  make: () => new CounterEngine(),
  setup: setupOf('counter', { limit: 50 }),
  inputs: [
    tick(1),
    command(20, 'rate', { rate: 1 }),
    ...[2, 3, 4, 5].map(tick),
    command(90, 'rate', { rate: 'fast' }),
    command(91, 'rate', { rate: 3 }, 1),
    ...[6, 7, 8].map(tick),
    command(140, 'rate', { rate: 9 }),
    ...[9, 10, 11, 12, 13, 14].map(tick),
  ],
});

engineContract({
  name: 'an asynchronous engine in a worker that dies',
  make: () => new WorkerEngine(),
  setup: setupOf('words', {}),
  inputs: ['one', 'two', 'three', 'four', 'five']
    .flatMap((word, i) => [command(10 * i + 1, 'word', { word }), command(10 * i + 2, 'shout')])
    .slice(0, 9),
  fatal: command(99, 'die'),
});

engineContract({
  name: 'a sleeper of three days',
  make: () => new SleeperEngine(),
  setup: setupOf('sleeper', {}),
  inputs: [
    command(5, 'nudge'),
    command(6, 'wake up'),
    { kind: 'wake', t: 1_000 },
    { kind: 'wake', t: 5 + threeDays },
    command(6 + threeDays, 'nudge', {}, 1),
    { kind: 'wake', t: 5 + 2 * threeDays },
    { kind: 'wake', t: 6 + 2 * threeDays },
    { kind: 'wake', t: 6 + 3 * threeDays },
  ],
});
