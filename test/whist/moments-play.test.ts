/** Key moments of whole matches: of bots, of any legal play, and of a match in its engine. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { whistMoments } from '../../rooms/whist/moments.ts';
import { whistRules } from '../../rooms/whist/rules.ts';
import type { Entry, Input, MatchEvent } from '../../src/match/engine.ts';
import { detect, followMoments } from '../../src/match/moment-rules.ts';
import { RulesEngine } from '../../src/match/rules-engine.ts';
import type { Strength } from '../../src/match/rules.ts';
import { setupOf } from '../match/support.ts';
import { recount, watch } from './recount.ts';
import { anyLegal, viaJson, type Choose, type Told } from './support.ts';

const eventsOf = (told: readonly Told[]): MatchEvent[] =>
  told.map((event, at) => ({ n: at + 1, t: at * 10, ...event }));

const bots =
  (strength: Strength): Choose =>
  (state, random) =>
    whistRules.bot(whistRules.visible(state, state.turn!), state.turn!, strength, random);

const PLAYED: readonly [name: string, choose: Choose, matches: number, least: Record<string, number>][] = [
  [
    'medium bots',
    bots('medium'),
    25,
    { last_trick_upset: 30, perfect_round: 40, bid_streak: 10, bold_bid: 8 },
  ],
  ['weak bots', bots('weak'), 100, { comeback: 5, late_win: 3, grand_slam: 5 }],
  ['any legal play', anyLegal, 60, { comeback: 2, bold_bid: 2 }],
];

describe('whole matches', () => {
  test.each(PLAYED)(
    '[W28] [W29] [W30] [W31] [W32] [W33] [W34] [W36] %s: the moments are those that a recount finds',
    (_name, choose, matches, least) => {
      const counts: Record<string, number> = {};
      for (let n = 0; n < matches; n++) {
        const match = watch(n, choose);
        const found = detect(whistMoments, eventsOf(match.told));
        const all = found.map(({ type, seat, data }) => JSON.stringify([type, seat, data]));
        expect(all.sort()).toEqual(recount(match));
        for (const { type } of found) counts[type] = (counts[type] ?? 0) + 1;
      }
      for (const [type, times] of Object.entries(counts)) expect(times / matches, type).toBeLessThan(10);
      for (const [type, times] of Object.entries(least))
        expect(counts[type], type).toBeGreaterThanOrEqual(times);
    },
  );

  test('[W35] give the same moments however their events are cut, and each time', () => {
    const matches = [1, 2, 3].map((n) => eventsOf(watch(n, bots('medium')).told));
    const sizes = fc.array(fc.nat({ max: 200 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.constantFrom(...matches), sizes, (told, cuts) => {
        const follow = followMoments(whistMoments);
        const events = viaJson(told);
        const parts = [...cuts.map((size) => events.splice(0, size)), events];
        const whole = detect(whistMoments, told);
        expect(parts.flatMap(follow)).toEqual(whole);
        expect(whole.length).toBeGreaterThan(0);
        for (const { type } of whole) expect(whistMoments.types).toHaveProperty(type);
      }),
    );
  });
});

/** A person who is away after a while, and three bots, until it's over. */
function host(n: number) {
  const engine = new RulesEngine(whistRules);
  const setup = { ...setupOf('whist', { rounds: 26 }), seed: (2 * n).toString(16).padStart(32, '7') };
  const log: Entry[] = [{ n: 1, t: 0, type: 'create', seat: null, data: setup }];
  const events: MatchEvent[] = [];
  let standing = engine.open(null, log);
  const handle = (...batch: Input[]): void => {
    const handled = engine.handle(batch);
    log.push(...handled.entries);
    events.push(...handled.events);
    standing = handled;
  };
  const command = (name: string, payload: object): Input => {
    return { kind: 'command', t: 0, seat: 0, id: `${name} ${log.length}`, name, payload };
  };
  for (const account of ['ann', 'bob']) handle({ kind: 'seat', t: 0, change: { type: 'sit', account } });
  for (let bot = 0; bot < 2; bot++) handle(command('add_bot', { strength: 'medium' }));
  handle(command('ready', { ready: true }), { ...command('ready', { ready: true }), seat: 1 } as Input);
  handle({ kind: 'seat', t: 0, change: { type: 'away', account: 'bob' } });
  while (!standing.result) handle({ kind: 'wake', t: standing.wakeAt! });
  return { log, events };
}

test('[W35] a match in its engine that is followed gives the moments of the match as it was played', () => {
  let moments = 0;
  for (let n = 0; n < 3; n++) {
    const { log, events } = host(n);
    const played = detect(whistMoments, events);
    expect(detect(whistMoments, new RulesEngine(whistRules).follow(log).events)).toEqual(played);
    moments += played.length;
  }
  expect(moments).toBeGreaterThan(5);
});
