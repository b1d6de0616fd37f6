import type { Constructor } from '@mikro-orm/core';
import type { Migration } from '@mikro-orm/migrations';

export interface NamedMigration {
  /** As it is recorded: never changed after its release. */
  readonly name: string;
  load(): Promise<Constructor<Migration>>;
}

/** All migrations, in order; a released one is never changed. Loaded only where they are pending. */
export const migrations: readonly NamedMigration[] = [
  { name: '20261120_matches', load: async () => (await import('./20261120-matches.ts')).Matches },
  { name: '20261120_solo', load: async () => (await import('./20261120-solo.ts')).Solo },
  { name: '20261121_moments', load: async () => (await import('./20261121-moments.ts')).Moments },
];
