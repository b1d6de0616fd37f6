/** What waits in a mailbox, and what of it is told to who watches once it has been handled. */
import type { Handled, Input, Outcome } from './engine.ts';
import type { HandledBatch, HandledCommand, MatchObserver } from './observer.ts';

export interface Pending {
  readonly input: Input;
  readonly done: (outcome: Outcome) => void;
  /** Of a command: when it came, on the observer's clock, and its sender's trace. */
  readonly arrivedAt?: number;
  readonly traceparent?: string | undefined;
}

/** When each step of a batch was done. */
export type Steps = Pick<HandledBatch, 'beganAt' | 'ruledAt' | 'committedAt'>;

/** Where there were commands in it. */
export function tellHandled(
  observer: MatchObserver,
  { matchId, game }: Pick<HandledBatch, 'matchId' | 'game'>,
  batch: readonly Pending[],
  { outcomes, entries }: Pick<Handled, 'outcomes' | 'entries'>,
  steps: Steps,
): void {
  // most batches are a tick, and nothing is made for those
  if (!batch.some(({ input }) => input.kind === 'command')) return;
  const commands = batch.flatMap((pending, i) => commandsOf(pending, outcomes[i]!));
  observer.handled({ matchId, game, commands, entries: entries.length, ...steps, toldAt: observer.now() });
}

function commandsOf({ input, arrivedAt = 0, traceparent }: Pending, outcome: Outcome): HandledCommand[] {
  if (input.kind !== 'command') return [];
  return [{ name: input.name, seat: input.seat, arrivedAt, outcome, traceparent }];
}
