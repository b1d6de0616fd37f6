/** Redis, where REDIS_URL names one. */
import type { Redis } from 'ioredis';
import { reachableHost } from '../../src/cluster/host.ts';
import { connectRedis, mustAnswer } from '../../src/redis/connect.ts';
import {
  clockFinding,
  configured,
  type Finding,
  latencyFinding,
  latencyOf,
  offsetOf,
  subject,
} from './check.ts';

const least = [6, 2] as const;

export const redis = configured({
  what: 'Redis',
  async look({ config: { cluster, http, auth } }) {
    if (cluster === null) return [];
    let reason: Error | undefined;
    const onError = (error: Error): void => void (reason = error);
    const client = connectRedis({ url: cluster.redisUrl, name: 'doctor', timeoutMs: 2_500, onError });
    try {
      await mustAnswer(client).catch((error: unknown) => {
        throw reason ? new Error(`${reason.message || 'it does not answer'}: look at REDIS_URL`) : error;
      });
      const address = cluster.host ?? reachableHost(http.host);
      return [...(await lookAt(client)), addressOf(address), ...keysOf(auth.keys !== null)];
    } finally {
      client.disconnect();
    }
  },
});

async function lookAt(client: Redis): Promise<Finding[]> {
  const info = factsIn(await client.info());
  const latency = await latencyOf(() => client.ping());
  const offset = await offsetOf(async () => {
    const [seconds, microseconds] = await client.time();
    return Number(seconds) * 1000 + Number(microseconds) / 1000;
  });
  return [
    versionOf(info.get('redis_version') ?? ''),
    latencyFinding('Redis latency', latency),
    clockFinding('Redis clock', offset),
    memoryOf(info.get('maxmemory_policy') ?? '', info.get('maxmemory') ?? '0'),
    persistenceOf(info.get('aof_enabled') === '1'),
  ];
}

/** The lines `name:value` of INFO. */
function factsIn(text: string): ReadonlyMap<string, string> {
  return new Map(text.split('\r\n').map((line) => line.split(':', 2) as [string, string]));
}

function versionOf(version: string): Finding {
  const { ok, fail } = subject('Redis');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > least[0] || (major === least[0] && minor >= least[1]);
  return isNew ? ok(version) : fail(version, `use Redis ${least.join('.')} or newer`);
}

function memoryOf(policy: string, limit: string): Finding {
  const { ok, warn } = subject('Redis memory');
  if (policy === 'noeviction') return ok('noeviction');
  const shown = limit === '0' ? `${policy}, without a limit` : policy;
  return warn(shown, 'set maxmemory-policy noeviction: keys that vanish send their matches to the database');
}

function persistenceOf(hasLog: boolean): Finding {
  const { ok } = subject('Redis on disk');
  return ok(hasLog ? 'an append-only file' : 'none that counts: what it forgets, processes bring back');
}

function addressOf(address: string): Finding {
  const { ok } = subject('cluster host');
  return ok(`${address}: the others must reach it there`);
}

function* keysOf(areSet: boolean): Generator<Finding> {
  const { warn } = subject('cluster keys');
  if (!areSet) yield warn('none', 'set AUTH_KEYS, the same for all processes: each would make its own');
}
