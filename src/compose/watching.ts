/** Who watches the house: the log, metrics and traces. Made before all else, and closed last. */
import packageJson from '../../package.json' with { type: 'json' };
import type { Mac } from '../auth/mac.ts';
import type { Config } from '../config.ts';
import type { HttpObserver } from '../http/observer.ts';
import type { Game } from '../match/game.ts';
import { type MatchObserver, nobody } from '../match/observer.ts';
import { logCommands } from '../ops/command-log.ts';
import { createPersonal, requestFields } from '../ops/log-context.ts';
import { createLogger, type Log } from '../ops/logger.ts';
import { createMetrics, type Metrics } from '../ops/metrics.ts';
import { allOfHttp, allOfMatches, nobodyHttp } from '../ops/observers.ts';
import { openTracing } from '../ops/tracing.ts';
import type { Closing } from './closing.ts';

export interface Watching {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly http: HttpObserver;
  readonly matches: MatchObserver;
  /** From now on what is personal stands in the log as a proof by this key. */
  hideBy(mac: Mac): void;
}

/** `isOff`: nothing is observed; for a bench that measures what observing costs. */
export async function openWatching(
  config: Config,
  { games, isOff = false }: { readonly games: readonly Game[]; readonly isOff?: boolean | undefined },
  closing: Closing,
): Promise<Watching> {
  let personal: ((value: string) => string) | undefined;
  const log = createLogger(config.log, undefined, {
    fields: requestFields,
    personal: (value) => personal?.(value) ?? '[personal]',
  });
  const metrics = createMetrics({ games: games.map(({ name }) => name) });
  metrics.readFrom({ version: packageJson.version });
  const tracing = await openTracing(config.tracing, { log });
  closing.push(() => tracing.close());
  const commands = log.isLevelEnabled('debug') ? logCommands(log) : nobody;
  return {
    log,
    metrics,
    http: isOff ? nobodyHttp : allOfHttp([tracing.httpObserver, metrics.http]),
    matches: isOff ? nobody : allOfMatches([tracing.matchObserver, metrics.matches, commands]),
    hideBy(mac) {
      personal = createPersonal(mac);
    },
  };
}
