/** A PostgreSQL server of a test's own, from the local binaries: it can be stopped and started as the test likes. */
import { findPostgres, makePostgres } from '../../scripts/cluster/services.ts';

/** Whether a server can be had; CI=true demands it. */
export const hasOwnPostgres = findPostgres() !== null || process.env['CI'] === 'true';

export interface OwnPostgres {
  readonly port: number;
  /** Of an empty database; `port` of something in between, in place of its own. */
  url(port?: number): string;
  /** Ends it as a crash would: connections break, and what was not committed is gone. */
  kill(): Promise<void>;
  /** Resolves when it answers. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const service = await makePostgres();
  await service.start();
  const port = Number(new URL(service.url).port);
  return {
    port,
    url(at = port) {
      const url = new URL(service.url);
      url.port = String(at);
      return url.href;
    },
    kill: () => service.kill(),
    start: () => service.start(),
    remove: () => service.close(),
  };
}
