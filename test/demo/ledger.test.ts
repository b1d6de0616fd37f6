import { expect, test } from 'vitest';
import type { Sent } from '../../demo/guest.ts';
import { Ledger } from '../../demo/ledger.ts';
import type { Entry } from '../../src/match/engine.ts';

const entry = (n: number, type: string, seat: number | null, data: unknown = null): Entry => ({
  n,
  t: n,
  type,
  seat,
  data,
});
const sent = (id: string, seat: number, name: string, payload: object): Sent => ({ id, seat, name, payload });

const log = [
  entry(1, 'create', null, {}),
  entry(2, 'sit', 0, { account: 'a' }),
  entry(3, 'ready', 0, { ready: true }),
  entry(4, 'start', null),
  entry(5, 'bid', 0, { bid: 2 }),
  entry(6, 'play', 0, { card: 'AS' }),
];

/** What a client was told of this log. */
function told(): Ledger {
  const ledger = new Ledger();
  // the command that starts the match is answered with the place of the start
  ledger.note(sent('r', 0, 'ready', { ready: true }), 4);
  ledger.note(sent('b', 0, 'bid', { bid: 2 }), 5);
  ledger.note(sent('p', 0, 'play', { card: 'AS' }), 6);
  return ledger;
}

test('a log that holds each acknowledged command once is in balance', () => {
  expect(told().check(log)).toEqual({ acknowledged: 3, lost: 0, twice: 0 });
});

test('the answer to a command that was sent again counts once', () => {
  const ledger = told();
  ledger.note(sent('b', 0, 'bid', { bid: 2 }), 5);
  expect(ledger.check(log)).toEqual({ acknowledged: 3, lost: 0, twice: 0 });
});

test.each([
  ['it is missing', log.slice(0, 5), { lost: 1, twice: 0 }],
  [
    'another command stands in its place',
    log.with(5, entry(6, 'play', 0, { card: 'KS' })),
    { lost: 1, twice: 1 },
  ],
  ['another seat stands there', log.with(5, entry(6, 'play', 1, { card: 'AS' })), { lost: 1, twice: 1 }],
  ['it stands there once more', [...log, entry(7, 'play', 0, { card: 'AS' })], { lost: 0, twice: 1 }],
])('a command is lost or counted twice where %s', (_, damaged, balance) => {
  expect(told().check(damaged)).toEqual({ acknowledged: 3, ...balance });
});

test('two commands that are told the same place are not both in the log', () => {
  const ledger = told();
  ledger.note(sent('again', 0, 'play', { card: 'AS' }), 6);
  expect(ledger.check(log)).toEqual({ acknowledged: 4, lost: 1, twice: 0 });
});
