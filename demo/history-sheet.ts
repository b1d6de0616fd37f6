import { styleText } from 'node:util';
import type { HistoryMatch } from '../src/history/reader.ts';

/** A match as history has it. `names` by account. */
export function showHistory(match: HistoryMatch, names: ReadonlyMap<string | null, string>): string[] {
  const { id, game, mode, startedAt, endedAt, players } = match;
  const facts = [
    game,
    mode,
    `${match.playerCount} players`,
    `${clock(startedAt)} to ${clock(endedAt).slice(11)} UTC`,
  ];
  const head = ['place', 'player', 'score', 'tricks', 'bids met', 'zero bids', 'rounds won'];
  const rows = players
    .toSorted((a, b) => a.placement - b.placement)
    .map(({ accountId, placement, score, stats }) => {
      const { tricks, bidsMet, zeroBids, roundsWon } = stats;
      return [placement, names.get(accountId), score, tricks, bidsMet, zeroBids, roundsWon];
    });
  return [
    '',
    styleText('bold', `  GET /v1/matches/${id}`),
    styleText('dim', `  ${facts.join(' · ')}`),
    styleText('dim', line(head)),
    ...rows.map((row, i) => styleText(i === 0 ? ['bold', 'yellow'] : 'none', line(row))),
  ];
}

function line([place, name, ...figures]: readonly unknown[]): string {
  const columns = figures.map((figure) => `${figure}`.padStart(12)).join('');
  return `  ${`${place}`.padStart(5)}  ${`${name}`.padEnd(8)}${columns}`;
}

/** The time of an ISO date, without milliseconds. */
function clock(iso: string): string {
  return iso.replace('T', ' ').slice(0, 19);
}
