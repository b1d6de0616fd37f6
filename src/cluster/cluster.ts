/** What processes need to be one house: Redis, who they are, which rooms there are, and turns. */
import { matchMaker, type Presence } from '@colyseus/core';
import type { Redis } from 'ioredis';
import type { Mac } from '../auth/mac.ts';
import type { RouteUpgrade } from '../http/guarded-server.ts';
import type { InTurn } from '../http/matchmaking.ts';
import type { Log } from '../ops/logger.ts';
import { mustAnswer } from '../redis/connect.ts';
import { redisTurns } from '../redis/turn.ts';
import { asked, unavailable } from './asked.ts';
import { Connections, type ConnectionsOptions } from './connections.ts';
import { Hops } from './hop.ts';
import { clusterTurns } from './join-turns.ts';
import type { Elsewhere } from './live-rooms.ts';
import { clusterVersion, type Member, Members } from './members.ts';
import { HousePresence } from './presence.ts';
import { RoomDirectory } from './room-directory.ts';
import { isReachable } from './tunnel.ts';
import { createUpgradeRouter } from './upgrade-router.ts';

export interface ClusterOptions extends ConnectionsOptions {
  /** Stands before all keys. */
  readonly prefix: string;
  /** Where other processes of the house reach this one; the port is known once it listens. */
  readonly host: string;
  /** Proofs under a secret that all processes have. */
  readonly mac: (purpose: string) => Mac;
}

export interface Cluster {
  readonly presence: Presence;
  readonly directory: RoomDirectory;
  readonly elsewhere: Elsewhere;
  readonly inTurn: InTurn;
  readonly route: RouteUpgrade;
  /** Where an outage of Redis has two lines, whatever else comes of it. */
  readonly log: Log;
  /** For the store: answers or fails within half a second. */
  readonly hot: Redis;
  /** For the limits: answers or fails within a quarter of a second. */
  readonly limits: Redis;
  /** The process where a new room is best made. */
  place(): Promise<string>;
  /** From now on others know this process, and send sockets of its rooms here. */
  join(port: number): Promise<void>;
  /** No new rooms are made here from now on. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Throws RedisError where Redis does not answer, and MemberError where processes live that this one can't work with. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { prefix, mac, now } = options;
  const connections = new Connections(options);
  const { log } = connections;
  const redis = connections.connect('directory', 2_000);
  const self: Mutable<Member> = {
    version: clusterVersion,
    processId: '',
    host: options.host,
    port: 0,
    rooms: 0,
    isDraining: false,
  };
  const asItIs = (): Member =>
    Object.assign(self, { processId: matchMaker.processId, rooms: matchMaker.stats.local.roomCount });
  const members = new Members({
    redis,
    prefix,
    mac: mac('members'),
    self: asItIs,
    beaten: (isForgotten) => directory.tellAgain(isForgotten),
    onError: (error) => log.warn({ error }, 'this process could not tell that it lives'),
  });
  const directory = new RoomDirectory({
    redis,
    prefix,
    processId: () => matchMaker.processId,
    isAlive: (id) => members.isAlive(id),
    isGone: (id) => members.isGone(id),
    onError: (error) => log.warn({ error }, 'a room could not be listed'),
  });
  const livesElsewhere = async (matchId: string): Promise<boolean> => {
    const owner = (await directory.find(matchId))?.processId;
    if (owner === matchMaker.processId) return false;
    if (owner === undefined) {
      if (await asked(members.mayMissSome())) throw unavailable();
      return false;
    }
    const member = await members.find(owner);
    if (!member || (await isReachable(member))) return member !== null;
    members.suspect(owner);
    return false;
  };
  try {
    await mustAnswer(redis);
    await members.check();
  } catch (error) {
    connections.close();
    throw error;
  }
  const turns = redisTurns(redis);
  const turnOf = (matchId: string): string => `{${prefix}}:reviving:${matchId}`;
  return {
    presence: new HousePresence(connections.connect('presence', 2_000), (error) =>
      log.warn({ error }, 'other processes could not be told'),
    ),
    directory,
    elsewhere: {
      lives: livesElsewhere,
      takeTurn: (matchId) => turns.take(turnOf(matchId), matchMaker.processId, reviveMs),
      endTurn: (matchId) => turns.leave(turnOf(matchId), matchMaker.processId),
      forget: (matchId) => directory.forget(matchId),
    },
    inTurn: clusterTurns(redis, prefix),
    route: createUpgradeRouter({
      processId: () => matchMaker.processId,
      members,
      directory,
      hops: new Hops(mac('hop'), () => matchMaker.processId, now),
      isHere: (roomId) => matchMaker.getLocalRoomById(roomId) !== undefined,
      log: options.log,
    }),
    log,
    hot: connections.connect('store', 500),
    limits: connections.connect('limits', 250),
    place: async () => members.place(),
    async join(port) {
      self.port = port;
      await members.join();
    },
    async drain() {
      self.isDraining = true;
      await members.tell();
    },
    async close() {
      await members.leave();
      connections.close();
    },
  };
}

/** A process that was to revive a match, and did not within this time, leaves it to another. */
const reviveMs = 10_000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
