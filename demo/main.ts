/** npm run demo: SDK clients play a match against a running server, and history has what they saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, styleText } from 'node:util';
import { whistMoments } from '../rooms/whist/moments.ts';
import type { WhistTable } from '../rooms/whist/state.ts';
import { Api } from './api.ts';
import { parseOrExplain, wholeNumber } from './arguments.ts';
import { checkScores } from './check-scores.ts';
import { DemoError, runCommand } from './demo-error.ts';
import { Guest, muteSdk } from './guest.ts';
import { showHistory } from './history-sheet.ts';
import { hearMoments, momentLine } from './moments.ts';
import { Narrator } from './narrator.ts';
import { play } from './play.ts';
import { demoTetris } from './tetris/demo.ts';

const usage = `Usage: npm run demo [-- whist|tetris] [--fast] [--url http://127.0.0.1:2567] [--rounds 26]

whist: four clients play a match of nomination whist against a running server (npm start), and print the table as they
go: › led the trick, the card that stands out (or stands in brackets) won it, ✓ met the bid. Then history shows the match.
tetris: two clients play a minute of Tetris, live in a terminal, as lines of figures elsewhere. Then history shows it.

  --fast     whist without pauses: a few seconds instead of two minutes; ten seconds of Tetris
  --url      address of the server
  --rounds   whist: play only so many of the 26 rounds`;

const names = ['Ada', 'Blaise', 'Carl', 'Emmy'];
/** From one command of a client to its next: a server takes 60 messages a second by default. */
const fastestMs = 20;

await runCommand(async () => {
  const { values, positionals } = parseOrExplain(() =>
    parseArgs({
      allowPositionals: true,
      options: {
        fast: { type: 'boolean', default: false },
        url: { type: 'string', default: 'http://127.0.0.1:2567' },
        rounds: { type: 'string', default: '26' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  if (values.help) return console.log(usage);
  muteSdk();
  const [game = 'whist'] = positionals;
  const api = new Api(values.url);
  if (game === 'tetris') return demoTetris(api, values.fast);
  if (game !== 'whist') throw new DemoError(`there is no demo of ${game}: try whist or tetris`);
  await demo(api, wholeNumber('rounds', values.rounds, 1, 26), values.fast);
});

async function demo(api: Api, rounds: number, isFast: boolean): Promise<void> {
  const guests = await sitDown(api, rounds);
  const [{ room, account }] = guests as [Guest];
  watch(room);
  hearMoments(
    guests.map((guest) => guest.room as never),
    (moment) => console.log(`  ${momentLine(whistMoments, names, moment)}`),
  );
  await Promise.all(guests.map((guest) => play(guest, { think: isFast ? hurry() : think })));
  const match = await api.match(account.token, room.roomId);
  const accounts = new Map(guests.map((guest, i) => [guest.account.accountId, names[i]!]));
  showHistory(match, accounts).forEach((line) => console.log(line));
  for (const guest of guests) checkScores(guest.room.state, match);
  const { items } = await api.matches(account.token);
  if (!items.some(({ id }) => id === match.id)) throw new DemoError('the list of matches lacks this match');
  console.log(
    styleText('green', '\n  ✓ All four clients saw these scores, and GET /v1/matches lists the match.\n'),
  );
  await Promise.all(guests.map((guest) => guest.leave()));
}

/** Prints what one client sees. A server that is killed and started again is only a pause. */
function watch(room: Guest['room']): void {
  const narrator = new Narrator();
  room.onStateChange((table) => narrator.tell(table).forEach((line) => console.log(line)));
  const remark = (text: string): void => console.log(styleText('dim', `  … ${text}`));
  room.onDrop(() => {
    // each attempt to return that fails is a drop too
    if (!room.reconnection.isReconnecting) remark('the server is gone; the players wait for it');
  });
  room.onReconnect(() => remark('the server is back, and the match goes on'));
}

/** One after the other: of four who come at once each may open a table. Throws DemoError. */
async function sitDown(api: Api, rounds: number): Promise<Guest[]> {
  const guests: Guest[] = [];
  for (const name of names) guests.push(await Guest.sit(api, name, { mode: 'demo', rounds }));
  const tables = new Set(guests.map(({ room }) => room.roomId));
  if (tables.size > 1) throw new DemoError('somebody else sat down at the table of the demo: run it again');
  return guests;
}

/** Time to look: at the sheet between two rounds, at a trick before the next, at each card. */
function think({ stage, trick }: WhistTable): Promise<void> {
  if (stage === 'bid') return sleep(350);
  if (stage === 'trump') return sleep(600);
  return sleep(trick === '' ? 280 : 80);
}

/** No time at all, but for a player who leads after winning a trick as its last. */
function hurry(): () => Promise<void> {
  let last = 0;
  return async () => {
    await sleep(Math.max(0, last + fastestMs - performance.now()));
    last = performance.now();
  };
}
