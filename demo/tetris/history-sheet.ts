import { styleText } from 'node:util';
import type { HistoryMatch } from '../../src/history/reader.ts';

const figures = ['lines_cleared', 'garbage_sent', 'garbage_received', 'pieces_placed'];

/** A match as history has it. `names` by account. */
export function showHistory(match: HistoryMatch, names: ReadonlyMap<string | null, string>): string[] {
  const { id, game, mode, playerCount, startedAt, players } = match;
  const facts = [game, mode, `${playerCount} players`, startedAt.replace('T', ' ').slice(0, 19)];
  const head = ['place', 'player', 'score', ...figures.map((name) => name.replace('_', ' ')), 'seconds'];
  const rows = players
    .toSorted((a, b) => a.placement - b.placement)
    .map(({ accountId, placement, score, stats, durationMs }) => {
      const own = figures.map((name) => stats[name]);
      return [placement, names.get(accountId), score, ...own, (durationMs / 1000).toFixed(1)];
    });
  return [
    '',
    styleText('bold', `  GET /v1/matches/${id}`),
    styleText('dim', `  ${facts.join(' · ')} UTC`),
    styleText('dim', line(head)),
    ...rows.map((row, i) => styleText(i === 0 ? ['bold', 'yellow'] : 'none', line(row))),
  ];
}

function line([place, name, score, ...rest]: readonly unknown[]): string {
  const columns = rest.map((figure) => `${figure}`.padStart(18)).join('');
  return `  ${`${place}`.padStart(5)}  ${`${name}`.padEnd(8)}${`${score}`.padStart(8)}${columns}`;
}
