/** Metrics of business events: a count of each, and no id of anybody. */
import { type BusinessEvents, type LogEvent, warnings } from './events.ts';
import type { Instruments } from './instruments.ts';

const ofGames: readonly (keyof BusinessEvents)[] = ['match_created', 'match_revived'];

/** `games`: those whose events are there from the beginning, as are those that an alert waits for: it sees only growth. */
export function eventMetrics({ events }: Instruments, games: readonly string[]): LogEvent {
  for (const event of warnings) events.of(event, '', '');
  for (const game of games) {
    for (const event of ofGames) events.of(event, game, '');
    events.of('match_ended', game, 'played');
  }
  return (name, fields) => {
    const { game = '', reason = '' } = fields as { readonly game?: string; readonly reason?: string };
    events.of(name, game, reason).add();
  };
}
