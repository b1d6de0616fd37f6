/** What is looked up at a scrape, and never counted: it can't drift from what it tells of. */
import type { Instruments } from './instruments.ts';
import type { Seated } from './tables.ts';

/** Connections to PostgreSQL. */
export interface PoolStatus {
  readonly idle: number;
  readonly busy: number;
  /** Work that waits for one. */
  readonly waiting: number;
  readonly most: number;
}

/** What is not given has no figure. */
export interface Sources {
  readonly version?: string;
  readonly tables?: () => Iterable<Seated>;
  readonly sockets?: () => number;
  /** By name: whether it answers. */
  readonly dependencies?: () => Readonly<Record<string, boolean>>;
  /** By the name of the reader; null where it is not known now. Never rejects, and answers soon (kept.ts). */
  readonly backlog?: () => Promise<Readonly<Record<string, number | null>>>;
  /** Undefined: the database has no pool. */
  readonly pool?: () => PoolStatus | undefined;
  readonly verifications?: () => number;
  readonly isDraining?: () => boolean;
}

export async function readSources(instruments: Instruments, sources: Sources): Promise<void> {
  const backlog = (await sources.backlog?.()) ?? {};
  // nothing is awaited from here on: two scrapes at once don't get into each other's way
  const { rooms, seats, connections, dependencyUp, build, draining, verifications } = instruments;
  for (const gauge of [rooms, seats, connections, dependencyUp, build, draining, verifications])
    gauge.clear();
  if (sources.version !== undefined) build.of(sources.version).value = 1;
  for (const seated of sources.tables?.() ?? []) readTables(instruments, seated);
  if (sources.sockets) connections.of().value = sources.sockets();
  for (const [name, isUp] of Object.entries(sources.dependencies?.() ?? {}))
    dependencyUp.of(name).value = Number(isUp);
  if (sources.isDraining) draining.of().value = Number(sources.isDraining());
  if (sources.verifications) verifications.of().value = sources.verifications();
  readBacklog(instruments, backlog);
  readPool(instruments, sources.pool?.());
}

function readTables({ rooms, seats }: Instruments, seated: Seated): void {
  const { game } = seated;
  rooms.of(game).value = seated.rooms;
  seats.of(game, 'person').value = seated.people;
  seats.of(game, 'bot').value = seated.bots;
  seats.of(game, 'nobody').value = seated.free;
}

function readBacklog({ backlog }: Instruments, read: Readonly<Record<string, number | null>>): void {
  backlog.clear();
  for (const [reader, records] of Object.entries(read))
    if (records !== null) backlog.of(reader).value = records;
}

function readPool(
  { poolConnections, poolMost, poolWaiting }: Instruments,
  pool: PoolStatus | undefined,
): void {
  for (const gauge of [poolConnections, poolMost, poolWaiting]) gauge.clear();
  if (!pool) return;
  poolConnections.of('idle').value = pool.idle;
  poolConnections.of('busy').value = pool.busy;
  poolMost.of().value = pool.most;
  poolWaiting.of().value = pool.waiting;
}
