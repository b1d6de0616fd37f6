/** The child that plays: matches of four clients each, on one thread. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createKeyRing } from '../src/auth/key-ring.ts';
import { createTokens } from '../src/auth/tokens.ts';
import { loadConfig } from '../src/config.ts';
import { Crowd, type CrowdCount } from './arena/crowd.ts';
import { playOne } from './client/churn.ts';
import { Duel } from './client/duel.ts';
import { Getter } from './client/getter.ts';
import { closedLoop, openLoop, type Pace } from './client/pace.ts';
import { Table } from './client/table.ts';
import { type Counted, Tally } from './client/tally.ts';
import { serve } from './rpc.ts';

/** Matches that are being opened at once. */
const openingAtOnce = 16;
const watchedDuels = 5;
const stepPhases = 5;

const { auth } = loadConfig(process.env);
const tokens = createTokens({ ...auth, keys: createKeyRing(auth.keys!), now: Date.now });
let tables: Table[] = [];
let duels: Duel[] = [];
let getter: Getter | null = null;
const crowd = new Crowd();
let pace: Pace | null = null;
let tally = new Tally();
let accounts = 0;

const listener = {
  moved(table: Table, patchedAt: number): void {
    const due = pace?.done(table);
    if (due !== undefined) tally.moved(patchedAt - due);
  },
  bytes: (patches: number, answers: number): void => tally.bytes(patches, answers),
};

const calls = {
  /** Opens matches, each with four clients; resolves when the first hands are dealt. */
  async open(port: number, matches: number): Promise<void> {
    const opening = Array.from({ length: matches }, () => new Table(port, someTokens(4), listener));
    const queue = opening.values();
    const work = async (): Promise<void> => {
      for (const table of queue) await table.open();
    };
    await Promise.all(Array.from({ length: openingAtOnce }, work));
    tables.push(...opening);
  },

  /** Begins to play: `rate` moves a second in all, or in a closed loop. */
  play(rate: number | null): void {
    pace = rate === null ? closedLoop(tables) : openLoop(tables, rate);
  },

  /** Counts for so long, or until the first match is over. */
  async count(ms: number): Promise<Counted> {
    tally = new Tally();
    const end = performance.now() + ms;
    while (performance.now() < end && !tables.some((table) => table.isOver)) await sleep(20);
    return tally.counted();
  },

  /** Stops playing; resolves when no move is under way. */
  async pause(): Promise<void> {
    pace?.stop();
    while (tables.some((table) => table.isBusy)) await sleep(5);
    pace = null;
  },

  /** Plays all matches to their end, and counts. `json`: length of a table as JSON, averaged over its moves. */
  async playOut(): Promise<Counted & { json: number }> {
    tally = new Tally();
    const lengths: number[] = [];
    const loop = closedLoop(tables);
    pace = {
      stop: loop.stop,
      done(table) {
        lengths.push(table.json().length);
        return loop.done(table);
      },
    };
    while (!tables.every((table) => table.isOver && !table.isBusy)) await sleep(5);
    pace = null;
    return { ...tally.counted(), json: lengths.reduce((sum, length) => sum + length, 0) / lengths.length };
  },

  /** The server is about to be killed: resolves with the wall time at which the last client had its state again. */
  async comeBack(): Promise<number> {
    await Promise.all(tables.flatMap(({ players }) => players.map((player) => player.returned())));
    const at = performance.timeOrigin + performance.now();
    for (const table of tables) table.takeHands();
    return at;
  },

  /** The same, with the time of each client. */
  async comeBackEach(): Promise<number[]> {
    const returned = async (player: Table['players'][0]): Promise<number> => {
      await player.returned();
      return performance.timeOrigin + performance.now();
    };
    const times = await Promise.all(tables.flatMap(({ players }) => players.map(returned)));
    for (const table of tables) table.takeHands();
    return times;
  },

  /** What every table shows of the game, to compare. */
  shown: (): string[] => tables.map((table) => table.shown()),

  /** One more move at every table; resolves when all are answered. */
  async moveOnce(): Promise<void> {
    await Promise.all(tables.map((table) => table.moveOnce()));
  },

  /** Opens duels of Tetris, and a few more that are watched. */
  async openDuels(port: number, matches: number): Promise<void> {
    duels = Array.from(
      { length: matches + watchedDuels },
      (_, i) => new Duel(port, someTokens(2), i >= matches),
    );
    const queue = duels.values();
    const work = async (): Promise<void> => {
      for (const duel of queue) await duel.open();
    };
    await Promise.all(Array.from({ length: openingAtOnce }, work));
  },

  /** Plays them for so long: times from drop to sight in the watched ones. */
  async playDuels(ms: number): Promise<number[]> {
    const [unseen, watched] = [duels.slice(0, -watchedDuels), duels.slice(-watchedDuels)];
    const step = (phase: number) => () =>
      unseen.forEach((duel, i) => i % stepPhases === phase && duel.step());
    const timers = Array.from({ length: stepPhases }, (_, phase) => setInterval(step(phase), 250));
    const sights: number[] = [];
    for (const end = performance.now() + ms; performance.now() < end; await sleep(900 / watchedDuels)) {
      sights.push(await watched[sights.length % watchedDuels]!.dropToSight());
    }
    timers.forEach(clearInterval);
    return sights;
  },

  /** Plays them for so long, four moves a second of each player, and none is over after it. */
  async nudgeDuels(ms: number): Promise<void> {
    const nudge = (phase: number) => () =>
      duels.forEach((duel, i) => i % stepPhases === phase && duel.nudge());
    const timers = Array.from({ length: stepPhases }, (_, phase) => setInterval(nudge(phase), 250));
    await sleep(ms);
    timers.forEach(clearInterval);
  },

  /** Creates so many matches, plays them to their ends, and leaves them: so many at once. */
  async churn(port: number, matches: number, atOnce: number): Promise<void> {
    let left = matches;
    const work = async (): Promise<void> => {
      while (left-- > 0) await playOne(port, someTokens(1)[0]!);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  },

  async openArena(port: number, clients: number, hz: number): Promise<void> {
    await crowd.open(port, someTokens(clients));
    await crowd.start(hz);
  },

  countArena: (ms: number): Promise<CrowdCount> => crowd.count(ms),

  leaveArena: (): Promise<void> => crowd.leave(),

  startGets(port: number, path: string, connections: number): void {
    getter = new Getter(port, path, someTokens(1)[0]!);
    getter.start(connections);
  },

  /** Answers a second, for so long. */
  async countGets(ms: number): Promise<number> {
    const [before, began] = [getter!.answers, performance.now()];
    await sleep(ms);
    return ((getter!.answers - before) * 1000) / (performance.now() - began);
  },

  stopGets: (): void => getter!.stop(),

  /** Leaves all matches; resolves when every connection is closed. */
  async leave(): Promise<void> {
    const all = [...tables, ...duels].flatMap(({ players }) => players);
    await Promise.all(all.map((player) => player.leave()));
    [tables, duels] = [[], []];
  },
};

function someTokens(count: number): string[] {
  return Array.from({ length: count }, () => {
    const accountId = `bench-${++accounts}`;
    const principal = {
      accountId,
      tenantId: 'bench',
      name: `Player ${accounts}`,
      roles: [],
      permission: 'play',
    } as const;
    return tokens.sign(principal, 7200).token;
  });
}

export type LoadCalls = typeof calls;
serve(calls);
