/** Where a scrape finds what is not counted but looked up. */
import { streamStatus } from '../events/status.ts';
import { kept } from '../ops/kept.ts';
import type { Tables } from '../ops/tables.ts';
import type { Verification } from '../replays/verification.ts';
import type { Base } from './base.ts';

/** Counting the backlog asks the database: so often at most, and a scrape waits no longer for it. */
const backlogMs = { keepMs: 5_000, patienceMs: 2_000 };

export function tellMetrics(
  { watching, guards, database, readers, rooms }: Base,
  { tables, verification }: { readonly tables: Tables; readonly verification: Verification },
): void {
  watching.metrics.readFrom({
    tables: () => tables.count(),
    dependencies: () =>
      Object.fromEntries(Object.entries(guards.states()).map(([name, state]) => [name, state === 'closed'])),
    backlog: kept(() => streamStatus(readers), { ...backlogMs, instead: {} }),
    pool: () => database.pool?.(),
    verifications: () => verification.pending,
    isDraining: () => rooms.isDraining,
  });
}
