/**
 * A process that leaves the house while others stay. Its clients return to them by themselves, but the stock SDK does so
 * only once it has been connected for five seconds: so each room is closed when nobody is on the way into it, and nobody
 * has joined just now, or when there is no more time to wait.
 */
import type { Clock } from '../match/clock.ts';

/** A room as draining sees it. */
export interface DrainedRoom {
  /** Clock time of the last join; -Infinity where nobody has. */
  readonly joinedAt: number;
  /** Whether somebody has a seat reserved, and is not here yet. */
  readonly isExpected: boolean;
  /** Sends the clients away, and gives the match back. */
  onBeforeShutdown(): void;
}

export interface DrainDeps {
  /** Those that are still open. Rejects where that can't be told. */
  rooms(): Promise<readonly DrainedRoom[]>;
  readonly clock: Clock;
}

/** The SDK's five seconds, and its way to know. */
const uptimeMs = 5_500;
/** Others learn with their next beat that nothing is to be placed here. */
const toldMs = 1_200;
/** The whole of a drain is to take less than 20 s. */
const patienceMs = 10_000;
const lookMs = 50;

/** Resolves when all rooms are closing. */
export async function drainRooms({ rooms, clock }: DrainDeps): Promise<void> {
  const start = clock.now();
  for (;;) {
    const open = await rooms();
    const waited = clock.now() - start;
    if (open.length === 0 && waited >= toldMs) return;
    const closing = waited >= patienceMs ? open : open.filter((room) => mayClose(room, clock.now()));
    for (const room of closing) room.onBeforeShutdown();
    if (waited >= patienceMs) return;
    await new Promise<void>((resume) => void clock.after(lookMs, resume));
  }
}

function mayClose({ joinedAt, isExpected }: DrainedRoom, now: number): boolean {
  return !isExpected && now - joinedAt >= uptimeMs;
}
