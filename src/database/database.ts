import type { AnyEntity, EntityClass, EntitySchema, MikroORM } from '@mikro-orm/core';
import type { AbstractSqlDriver, BasePostgreSqlEntityManager } from '@mikro-orm/sql';
import type { PoolStatus } from '../ops/metric-sources.ts';
import type { entities } from './entities.ts';
import type { Sql } from './sql.ts';

/** The one type of entity manager for both drivers: nothing outside this folder knows which it is. */
export type Em = BasePostgreSqlEntityManager & { '~entities'?: typeof entities };
export type Orm = MikroORM<AbstractSqlDriver, BasePostgreSqlEntityManager>;
export type Entities = readonly (EntityClass<AnyEntity> | EntitySchema)[];

export interface Database {
  readonly kind: 'pglite' | 'postgres';
  readonly orm: Orm;
  /** A fresh fork: one for each unit of work, never one for the life of a room. */
  em(): Em;
  readonly sql: Sql;
  /** Its connections now: of a server alone. */
  readonly pool?: () => PoolStatus;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Of a PostgreSQL server; without it the embedded PGlite is used. */
  readonly url?: string;
  /** Folder of PGlite's data, made where it is missing; without it all is in memory. */
  readonly dataDir?: string;
  /** Connections to a server at most; 10 by default. PGlite has one, always. */
  readonly poolMax?: number;
  /** Most milliseconds for an answer of a server, 20,000 by default: so a network that swallows everything is noticed. */
  readonly patienceMs?: number;
  /** A tar of a PGlite folder to begin with, for tests. */
  readonly loadDataDir?: Blob;
  readonly entities: Entities;
}

/** Opens the database and makes sure that it answers. Migrations are `migrate`'s. Throws DatabaseError (SPEC.md). */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  // either driver is loaded only where it is used: both cost start-up time
  if (options.url === undefined) return (await import('./pglite.ts')).openPglite(options);
  return (await import('./postgres.ts')).openPostgres({ ...options, url: options.url });
}
