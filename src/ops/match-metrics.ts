/** Metrics of what matches do: a few numbers that grow for each move, and none for a tick. */
import type { HandledBatch, MatchObserver } from '../match/observer.ts';
import type { Instruments } from './instruments.ts';

/** What one game counts, found once. */
function ofGame(instruments: Instruments, game: string) {
  const { commands, refusals, commandSeconds, stepSeconds } = instruments;
  const { commits, committedEntries, commitSeconds } = instruments;
  // an alert waits for it, and sees only growth
  refusals.of(game, 'match/fault');
  return {
    accepted: commands.of(game, 'accepted'),
    refused: commands.of(game, 'refused'),
    command: commandSeconds.of(game),
    wait: stepSeconds.of(game, 'wait'),
    rules: stepSeconds.of(game, 'rules'),
    commit: stepSeconds.of(game, 'commit'),
    tell: stepSeconds.of(game, 'tell'),
    entries: committedEntries.of(game),
    committed: {
      ok: commits.of(game, 'ok'),
      fenced: commits.of(game, 'fenced'),
      lost: commits.of(game, 'lost'),
      unknown: commits.of(game, 'unknown'),
    },
    commitCall: commitSeconds.of(game),
  };
}

/** `known`: games whose figures are there from the beginning; a rate needs a zero to begin with. */
export function matchMetrics(instruments: Instruments, known: readonly string[]): MatchObserver {
  const games = new Map<string, ReturnType<typeof ofGame>>();
  const find = (game: string): ReturnType<typeof ofGame> => {
    const found = games.get(game);
    if (found) return found;
    const made = ofGame(instruments, game);
    games.set(game, made);
    return made;
  };
  for (const game of known) find(game);

  function handled({ game, commands, beganAt, ruledAt, committedAt, toldAt }: HandledBatch): void {
    const of = find(game);
    for (const { arrivedAt, outcome } of commands) {
      of.command.observe((toldAt - arrivedAt) / 1000);
      if (outcome.ok) of.accepted.add();
      else refused(game, outcome.code);
    }
    of.wait.observe((beganAt - commands[0]!.arrivedAt) / 1000);
    of.rules.observe((ruledAt - beganAt) / 1000);
    // of a tick-based match commits come behind: no command waits for one
    if (committedAt > ruledAt) of.commit.observe((committedAt - ruledAt) / 1000);
    of.tell.observe((toldAt - committedAt) / 1000);
  }

  function refused(game: string, code: string): void {
    find(game).refused.add();
    instruments.refusals.of(game, code).add();
  }

  return {
    now: () => performance.now(),
    refused,
    handled,
    committed({ game, status, entries, ms }) {
      const of = find(game);
      of.committed[status].add();
      of.commitCall.observe(ms / 1000);
      if (status === 'ok') of.entries.add(entries);
    },
  };
}
