/** The composition root: builds every service once (src/compose). The only file of src/ that imports rooms/. */
import type { Room, Server } from '@colyseus/core';
import { Encoder } from '@colyseus/schema';
import { games as allGames } from '../rooms/index.ts';
import { openBase } from './compose/base.ts';
import { closeAll, type Closing } from './compose/closing.ts';
import { announceEnd } from './compose/draining.ts';
import { openServer } from './compose/server.ts';
import { startWorkers } from './compose/workers.ts';
import type { Config } from './config.ts';
import type { Game } from './match/game.ts';
import type { MatchStore } from './store/match-store.ts';

/** For a thread that plays matches again: the games without their rooms. */
const engines = new URL('../rooms/engines.ts', import.meta.url);

export interface App {
  readonly port: number;
  readonly server: Server;
  /** Parks every match, sends the clients away to return, and closes what was opened. */
  close(): Promise<void>;
}

/** What a test or a bench brings of its own. */
export interface Overrides {
  readonly games?: readonly Game[];
  readonly store?: MatchStore;
  /** Rooms that are no matches, by name. */
  readonly rooms?: Readonly<Record<string, new () => Room>>;
  /** No metrics, no traces: to measure what they cost. */
  readonly isUnwatched?: boolean;
}

/** Starts a server. Throws errors with a `code` and a message for whoever started it; nothing is left open then. */
export async function startApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const { games = allGames, store, rooms = {}, isUnwatched } = overrides;
  // Half the memory of a small room are the encoder's buffers, which grow where a state is larger.
  Encoder.BUFFER_SIZE = 2 * 1024;
  const closing: Closing = [];
  try {
    const base = await openBase(config, { games, store, isUnwatched }, closing);
    const { server, port } = await openServer(config, base, { engines, rooms }, closing);
    await startWorkers(base, closing);
    closing.push(() => announceEnd(base));
    return { port, server, close: () => closeAll(closing) };
  } catch (error) {
    await closeAll(closing);
    throw error;
  }
}
