/** What solo results need of match and history, in their own words: app.ts brings it. */
import type { z } from 'zod';
import type { Em } from '../database/database.ts';
import type { Published } from '../events/event-stream.ts';
import type { Engine, Entry, MatchSetup, Result } from '../match/engine.ts';

export interface SoloGame {
  readonly name: string;
  readonly version: string;
  readonly engines: Readonly<Record<string, () => Engine>>;
  readonly options: z.ZodObject;
}

/** What one player asked for in one tick, as the game's command `input`. */
export interface SoloInput {
  readonly tick: number;
  readonly seat: 0;
  readonly name: 'input';
  readonly payload: { readonly tick: number; readonly actions: unknown };
}

export interface SoloPlay {
  readonly setup: MatchSetup;
  readonly accounts: readonly [string];
  readonly inputs: Iterable<SoloInput>;
  readonly mostTicks: number;
}

export interface SoloLog {
  readonly entries: readonly Entry[];
  readonly result: Result;
}

/** The log and the result that inputs give. Throws errors that say themselves that they are public. */
export type Simulate = (play: SoloPlay) => Promise<SoloLog>;

/** Writes the finished match of these records into history, within the transaction of `em`. */
export type AddToHistory = (em: Em, records: readonly Published[]) => Promise<void>;
