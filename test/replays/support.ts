/** Replays on a running server: of logs that a test holds, as far as it lets them be known. */
import { matchMaker } from '@colyseus/core';
import type { Room } from '@colyseus/sdk';
import { games } from '../../rooms/index.ts';
import type { Entry } from '../../src/match/engine.ts';
import { uuidv7 } from '../../src/match/uuid.ts';
import type { RecordedMatch, RecordedMoment, ReplaySource } from '../../src/replays/ports.ts';
import { defineReplayRoom } from '../../src/replays/define-replay-room.ts';
import type { ReplayServices } from '../../src/replays/replay-services.ts';
import type { ReplayState } from '../../src/replays/replay-state.ts';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import { createTokens } from '../../src/auth/tokens.ts';
import { loadConfig } from '../../src/config.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { authSecret, sdkClient, sign, until } from '../support/server.ts';

export type ReplayClient = Room<unknown, ReplayState>;

interface Shelf {
  readonly tenantId: string;
  readonly entries: readonly Entry[];
  readonly moments: readonly RecordedMoment[];
  /** So many entries are committed. */
  known: number;
}

/** Logs by match, of which a test says how far they are committed. */
export class Library implements ReplaySource {
  readonly shelves = new Map<string, Shelf>();
  /** Rejections that the next calls of `more` meet. */
  readonly faults: unknown[] = [];
  asked = 0;
  loaded = 0;

  /** The id of the match. */
  add(
    tenantId: string,
    entries: readonly Entry[],
    known = entries.length,
    moments: readonly RecordedMoment[] = [],
  ): string {
    const matchId = uuidv7(Date.now());
    this.shelves.set(matchId, { tenantId, entries, moments, known });
    return matchId;
  }

  async load(tenantId: string, matchId: string): Promise<RecordedMatch | null> {
    this.loaded++;
    const shelf = this.shelves.get(matchId);
    return shelf?.tenantId === tenantId ? this.#read(shelf, 1) : null;
  }

  async more(matchId: string, from: number): Promise<RecordedMatch> {
    this.asked++;
    const fault = this.faults.shift();
    if (fault !== undefined) throw fault;
    return this.#read(this.shelves.get(matchId)!, from);
  }

  #read({ entries, moments, known }: Shelf, from: number): RecordedMatch {
    return {
      // as a record that begins before
      entries: entries.slice(Math.max(0, from - 3), known),
      moments: moments.filter(({ n }) => n <= known),
      isOver: known >= entries.length,
    };
  }
}

export interface Replays {
  readonly library: Library;
  readonly clock: FakeClock;
  readonly events: { readonly name: string }[];
  readonly faults: object[];
}

/** The room `replay` on the server of this process, on a clock of its own. */
export function defineReplays(more: Partial<ReplayServices> = {}): Replays {
  const { keys, ...auth } = loadConfig({ AUTH_KEYS: `test:${authSecret}` }).auth;
  const tokens = createTokens({ ...auth, keys: createKeyRing(keys!), now: Date.now });
  const replays: Replays = { library: new Library(), clock: new FakeClock(), events: [], faults: [] };
  const services: ReplayServices = {
    clock: replays.clock,
    games,
    source: replays.library,
    maxMessagesPerSecond: 30,
    authenticate: (token) => tokens.verify(token),
    log: {
      warn: (fields: object) => void replays.faults.push(fields),
      error: (fields: object) => void replays.faults.push(fields),
    } as ReplayServices['log'],
    logEvent: (name, fields) => void replays.events.push({ name, ...fields }),
    ...more,
  };
  const handler = defineReplayRoom(services);
  handler.name = 'replay';
  matchMaker.addRoomType(handler as never);
  return replays;
}

export interface OpenOptions {
  readonly tenant?: string;
  readonly at?: number;
}

/** Opens a replay of its own for an account. */
export async function openReplay(
  url: string,
  account: string,
  matchId: string,
  { tenant = 'dev', ...options }: OpenOptions = {},
): Promise<ReplayClient> {
  const client = sdkClient(url, sign(account, { tenantId: tenant }));
  return prepared(await client.create<ReplayState>('replay', { matchId, ...options }));
}

/** Watches the replay of another. */
export async function joinReplay(
  url: string,
  account: string,
  roomId: string,
  tenant = 'dev',
): Promise<ReplayClient> {
  return prepared(await sdkClient(url, sign(account, { tenantId: tenant })).joinById<ReplayState>(roomId));
}

/** What it has been told by messages. */
export const momentsOf = new WeakMap<object, (RecordedMoment & { readonly at: number })[]>();

async function prepared(room: ReplayClient): Promise<ReplayClient> {
  keep(room);
  const seats = (): number | undefined =>
    (room.state?.table?.seats as { length: number } | undefined)?.length;
  await until(seats, 'the state is there');
  return room;
}

const opened = new Set<ReplayClient>();

/** A client whose room is left when the test is over. */
export function keep(room: ReplayClient): ReplayClient {
  room.reconnection.minUptime = 0;
  room.onMessage('refused', () => {});
  room.onMessage('moments', (list) => void momentsOf.set(room, list as never));
  opened.add(room);
  room.onLeave(() => void opened.delete(room));
  return room;
}

export const leaveOne = async (): Promise<void> => void (await [...opened][0]!.leave());
export const leaveAll = async (): Promise<void> =>
  void (await Promise.all([...opened].map((room) => room.leave())));

/** A request; a refusal rejects as it came over the wire. */
export async function ask<T = { at: number }>(
  room: ReplayClient,
  name: string,
  payload: unknown = {},
): Promise<T> {
  try {
    return await room.request(name as never, payload as never);
  } catch (error) {
    throw (error as { reason?: unknown }).reason ?? error;
  }
}

/** The code that a request is refused with; `ok` if it is not. */
export const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'ok',
    (refused: { code?: string; message: string }) => refused.code ?? refused.message,
  );

/** The state of a client as plain data. */
export const stateOf = (room: ReplayClient): Record<string, never> & { table: Record<string, never> } =>
  room.state.toJSON() as never;
