import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whistRules } from '../../rooms/whist/rules.ts';
import type { WhistView } from '../../rooms/whist/view.ts';
import type { Entry, Input, Outcome } from '../../src/match/engine.ts';
import { RulesEngine } from '../../src/match/rules-engine.ts';
import type { TableView } from '../../src/match/table-engine.ts';
import { setupOf } from './support.ts';

const turnMs = 10_000;
const botDelayMs = 500;

/** A table with a clock of its own; `log` grows as in a match. */
class Table {
  readonly engine = new RulesEngine(whistRules);
  readonly log: Entry[] = [
    { n: 1, t: 0, type: 'create', seat: null, data: setupOf('whist', { rounds: 2, turnMs, botDelayMs }) },
  ];
  wakeAt: number | null;
  t = 0;
  #id = 0;

  constructor() {
    this.wakeAt = this.engine.open(null, this.log).wakeAt;
  }

  get view(): TableView<WhistView> {
    return this.engine.view(null);
  }

  get turn(): number | null {
    return this.view.game?.turn ?? null;
  }

  sit(account: string): Outcome {
    return this.#put({ kind: 'seat', t: this.t, change: { type: 'sit', account } });
  }

  change(type: 'leave' | 'away' | 'back', account: string): Outcome {
    return this.#put({ kind: 'seat', t: this.t, change: { type, account } });
  }

  command(seat: number, name: string, payload: object): Outcome {
    return this.#put({ kind: 'command', t: this.t, seat, id: `c${this.#id++}`, name, payload });
  }

  /** Lets time go on until the engine wants to be woken, and wakes it. */
  wake(): void {
    this.t = Math.max(this.t, this.wakeAt!);
    this.#put({ kind: 'wake', t: this.t });
  }

  /** People of these names sit down, bots fill the rest, and everyone is ready. */
  static of(...people: string[]): Table {
    const table = new Table();
    for (const account of people) table.sit(account);
    for (let seat = people.length; seat < 4; seat++) table.command(0, 'add_bot', { strength: 'weak' });
    for (const seat of people.keys()) table.command(seat, 'ready', { ready: true });
    return table;
  }

  #put(input: Input): Outcome {
    const { entries, outcomes, wakeAt } = this.engine.handle([input]);
    this.log.push(...entries);
    this.wakeAt = wakeAt;
    return outcomes[0]!;
  }
}

/** Plays on by waking alone until it is this seat's turn. */
function playUntilTurnOf(table: Table, seat: number): void {
  while (table.turn !== seat) table.wake();
}

describe('seats', () => {
  test('[S1] an account sits in the first free seat, has one, and keeps it', () => {
    const table = new Table();
    expect([table.sit('ann'), table.sit('bob'), table.sit('ann')].map(({ ok }) => ok)).toEqual([
      true,
      true,
      true,
    ]);
    expect(table.view.seats.list.map(({ account }) => account)).toEqual(['ann', 'bob', null, null]);
    table.change('away', 'ann');
    table.sit('cid');
    table.sit('ann');
    expect(table.view.seats.list.map(({ account }) => account)).toEqual(['ann', 'bob', 'cid', null]);
    table.sit('dan');
    expect(table.sit('eve')).toMatchObject({ code: 'seat/none_free' });
  });

  test('[S2] only the host adds and removes bots, in the lobby', () => {
    const table = new Table();
    table.sit('ann');
    table.sit('bob');
    expect(table.command(1, 'add_bot', { strength: 'weak' })).toMatchObject({ code: 'seat/not_host' });
    expect(table.command(0, 'add_bot', { seat: 1, strength: 'weak' })).toMatchObject({
      code: 'seat/none_free',
    });
    expect(table.command(0, 'add_bot', { seat: 3, strength: 'strong' }).ok).toBe(true);
    expect(table.view.seats.list[3]!.bot).toBe('strong');
    expect(table.command(1, 'remove_bot', {})).toMatchObject({ code: 'seat/not_host' });
    expect(table.command(0, 'remove_bot', { seat: 2 })).toMatchObject({ code: 'seat/no_bot' });
    expect(table.command(0, 'remove_bot', {}).ok).toBe(true);
    expect(table.view.seats.list[3]!.bot).toBe(null);
    table.change('leave', 'ann');
    expect(table.command(1, 'add_bot', { strength: 'weak' }).ok).toBe(true);
    expect(Table.of('ann').command(0, 'remove_bot', {})).toMatchObject({ code: 'seat/started' });
  });

  test('[S3] the match begins when every seat is taken and every person is ready', () => {
    const table = new Table();
    for (const account of ['ann', 'bob', 'cid', 'dan']) table.sit(account);
    expect(table.command(0, 'bid', { bid: 1 })).toMatchObject({ code: 'match/not_started' });
    for (const seat of [0, 1, 2]) table.command(seat, 'ready', { ready: true });
    table.command(1, 'ready', { ready: false });
    table.command(3, 'ready', { ready: true });
    expect(table.view.seats.phase).toBe('lobby');
    table.command(1, 'ready', { ready: true });
    expect(table.view.seats.phase).toBe('playing');
    expect(table.sit('eve')).toMatchObject({ code: 'seat/started' });
    expect(table.command(0, 'ready', { ready: true })).toMatchObject({ code: 'seat/started' });
  });

  test('[S8] who leaves the lobby frees the seat; who leaves a match is away', () => {
    const lobby = new Table();
    lobby.sit('ann');
    lobby.change('leave', 'ann');
    expect(lobby.view.seats.list[0]).toMatchObject({ account: null, ready: false });
    expect(lobby.change('leave', 'ann')).toMatchObject({ code: 'seat/none' });
    const match = Table.of('ann', 'bob');
    match.change('leave', 'bob');
    expect(match.view.seats.list[1]).toMatchObject({ account: 'bob', awaySince: 0 });
  });
});

describe('turns', () => {
  test('[S4] a turn that runs out is played by a bot, until the player commands again', () => {
    const table = Table.of('ann', 'bob', 'cid', 'dan');
    const seat = table.turn!;
    expect(table.view.deadline).toBe(turnMs);
    table.wake();
    expect(table.t).toBe(turnMs);
    expect(table.view.seats.list[seat]!.idle).toBe(true);
    expect(table.view.game!.bids[seat]).not.toBe(null);
    while (table.view.game!.bids.includes(null)) table.wake();
    playUntilTurnOf(table, seat);
    const before = table.t;
    table.wake();
    expect(table.t - before).toBeLessThanOrEqual(turnMs);
    playUntilTurnOf(table, seat);
    expect(table.wakeAt! - table.t).toBeLessThanOrEqual(botDelayMs);
    const { hand, trick } = table.engine.view(seat).game!;
    expect(table.command(seat, 'fly', {}).ok).toBe(false);
    expect(table.view.seats.list[seat]!.idle).toBe(true);
    const played = hand.some((card) => table.command(seat, 'play', { card: nameOf(card) }).ok);
    expect([played, trick.length]).toEqual([true, trick.length]);
    expect(table.view.seats.list[seat]!.idle).toBe(false);
  });

  test('[S5] a bot plays for who is away, 8 s after they left at the earliest, and hands back', () => {
    const table = Table.of('ann', 'bob', 'cid', 'dan');
    const seat = table.turn!;
    const account = table.view.seats.list[seat]!.account!;
    table.t = 1_000;
    table.change('away', account);
    expect(table.wakeAt).toBe(9_000);
    table.t = 4_000;
    table.change('back', account);
    expect(table.wakeAt).toBe(4_000 + turnMs);
    table.change('away', account);
    table.wake();
    expect(table.t).toBe(12_000);
    expect(table.view.game!.bids[seat]).not.toBe(null);
    table.change('back', account);
    playUntilTurnOf(table, seat);
    expect(table.wakeAt! - table.t).toBe(turnMs);
  });

  test('[S6] with nobody there a match stands still, and is abandoned after 24 h', () => {
    const table = Table.of('ann', 'bob');
    table.change('away', 'ann');
    table.t = 5_000;
    table.change('away', 'bob');
    const { n } = table.log.at(-1)!;
    expect(table.wakeAt).toBe(5_000 + 86_400_000);
    table.t = 60_000;
    table.change('back', 'ann');
    expect(table.wakeAt).toBeLessThanOrEqual(60_000 + turnMs);
    table.change('away', 'ann');
    expect(table.log.at(-1)!.n).toBe(n + 2);
    table.wake();
    expect(table.log.at(-1)!.type).toBe('abandon');
    expect(table.view.seats.phase).toBe('over');
    expect(table.engine.handle([]).result).toEqual({ players: [], reason: 'abandoned' });
  });

  test('[S7] a bot moves after its delay, and makes the same moves from the same log', () => {
    const [one, two] = [Table.of('ann'), Table.of('ann')];
    playUntilTurnOf(one, 2);
    expect(one.wakeAt! - one.t).toBe(botDelayMs);
    while (one.view.seats.phase !== 'over') one.wake();
    while (two.view.seats.phase !== 'over') two.wake();
    expect(two.log).toEqual(one.log);
    expect(one.engine.handle([]).result!.players).toHaveLength(4);
  });

  test('[S4] [S5] [S7] any coming and going: the match ends, and its log folds to the same state', () => {
    const seen = { away: 0, back: 0, idle: 0, wake: 0 };
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant('wake' as const) },
      fc.constantFrom('away' as const, 'back' as const),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat(1)), { maxLength: 60 }), (steps) => {
        const table = Table.of('ann', 'bob');
        for (const [type, who] of steps) {
          if (table.view.seats.phase === 'over') break;
          seen[type]++;
          if (type === 'wake') table.wake();
          else table.change(type, ['ann', 'bob'][who]!);
        }
        while (table.view.seats.phase !== 'over') table.wake();
        seen.idle += table.log.filter(({ type }) => type === 'idle').length;
        const other = new RulesEngine(whistRules);
        other.open(null, table.log);
        expect(Buffer.from(other.checkpoint())).toEqual(Buffer.from(table.engine.checkpoint()));
      }),
      { numRuns: 100 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
  });
});

const nameOf = (card: number): string => '23456789TJQKA'[card % 13]! + 'CDHS'[Math.floor(card / 13)]!;
