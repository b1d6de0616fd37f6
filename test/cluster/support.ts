/** Parts of a house in one process: members and directories over a Redis of the test's own keys. */
import type { IRoomCache } from '@colyseus/core';
import { randomUUID } from 'node:crypto';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import { createMac, type Mac } from '../../src/auth/mac.ts';
import { clusterVersion, type Member, Members } from '../../src/cluster/members.ts';
import { RoomDirectory } from '../../src/cluster/room-directory.ts';
import { loadConfig } from '../../src/config.ts';
import { authSecret } from '../support/server.ts';
import type { TestRedis } from '../support/redis.ts';

export function macOf(purpose: string, secret = authSecret): Mac {
  return createMac(createKeyRing(loadConfig({ AUTH_KEYS: `test:${secret}` }).auth.keys!), purpose);
}

export interface Process {
  readonly self: { -readonly [K in keyof Member]: Member[K] };
  readonly members: Members;
  readonly directory: RoomDirectory;
  readonly errors: unknown[];
}

/** A process of a house, as cluster.ts puts it together. */
export function makeProcess(redis: TestRedis, told: Partial<Member> = {}, secret?: string): Process {
  const processId = randomUUID();
  const self = {
    version: clusterVersion,
    processId,
    host: '127.0.0.1',
    port: 1,
    rooms: 0,
    isDraining: false,
  };
  Object.assign(self, told);
  const errors: unknown[] = [];
  const common = {
    redis: redis.connect(),
    prefix: redis.prefix,
    onError: (error: unknown) => void errors.push(error),
  };
  const members = new Members({
    ...common,
    mac: macOf('members', secret),
    self: () => self,
    beaten: (isForgotten) => directory.tellAgain(isForgotten),
  });
  const directory = new RoomDirectory({
    ...common,
    processId: () => self.processId,
    isAlive: (id) => members.isAlive(id),
    isGone: (id) => members.isGone(id),
  });
  return { self, members, directory, errors };
}

let made = 0;

/** A room that strangers may be sent to; each is a second younger than the one before. */
export function roomOf({ self }: Process, more: Partial<IRoomCache> = {}): IRoomCache {
  const metadata = { tenantId: 'dev', offer: 'o' };
  const createdAt = new Date(1_700_000_000_000 + 1_000 * made++);
  return {
    roomId: randomUUID(),
    name: 'whist',
    processId: self.processId,
    clients: 0,
    maxClients: Number.POSITIVE_INFINITY,
    locked: false,
    private: false,
    unlisted: false,
    metadata,
    createdAt,
    ...more,
  };
}

/** What a matchmaker asks for that looks for an open room. */
export const anyOpen = { name: 'whist', locked: false, private: false, tenantId: 'dev', offer: 'o' } as const;
