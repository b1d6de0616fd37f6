/** A line for each command, for who looks for what went wrong: at the level debug alone. */
import { type MatchObserver, nobody } from '../match/observer.ts';
import type { Log } from './logger.ts';

/** What a command brought; never its fields, which are secrets of a hand. */
export function logCommands(log: Pick<Log, 'debug'>): MatchObserver {
  return {
    ...nobody,
    now: () => performance.now(),
    handled({ matchId, game, commands, toldAt }) {
      for (const { name, seat, arrivedAt, outcome } of commands) {
        const ms = Math.round((toldAt - arrivedAt) * 1000) / 1000;
        const told = outcome.ok ? { n: outcome.n } : { code: outcome.code };
        log.debug({ matchId, game, command: name, seat, ms, ...told }, 'command');
      }
    },
  };
}
