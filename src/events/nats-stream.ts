/** The stream in NATS: how it is set up. What an operator has set beside that (replicas, placement, max_bytes) stays. */
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

const DAY_MS = 86_400_000;

/** Where things are in NATS: the names of all but tests are GAME_EVENTS and `game`. */
export interface StreamNames {
  readonly stream: string;
  readonly prefix: string;
}

export const gameEvents: StreamNames = { stream: 'GAME_EVENTS', prefix: 'game' };

/** What messages of a match are about. */
export type Kind = 'events' | 'moments';

export function subjectOf({ prefix }: StreamNames, kind: Kind, matchId: string): string {
  return `${prefix}.${matchId}.${kind}`;
}

export function matchOf(subject: string): string {
  return subject.split('.').at(-2)!;
}

/**
 * The duplicate window outlasts an append that is tried again, also by the process that takes over; 10 minutes of a
 * thousand messages a second are some 60 MB of the server's memory. What comes later still changes nothing (nats-log.ts).
 */
function wanted({ stream, prefix }: StreamNames) {
  return {
    name: stream,
    subjects: [`${prefix}.*.events`, `${prefix}.*.moments`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_age: nanos(90 * DAY_MS),
    duplicate_window: nanos(600_000),
    allow_direct: true,
  } satisfies Partial<StreamConfig> & { readonly name: string };
}

/** Makes the stream, or brings it up to date. The answer is when it was made, in milliseconds: its identity. */
export async function ensureStream(jsm: JetStreamManager, names: StreamNames): Promise<number> {
  const config = wanted(names);
  const found = await find(jsm, names);
  if (!found) return identityOf(await jsm.streams.add(config));
  // neither can be changed where it stands
  const { storage: _storage, retention: _retention, ...changeable } = config;
  if (!holds(found.config, changeable)) await jsm.streams.update(config.name, changeable);
  return identityOf(found);
}

/** Null where there is none. */
async function find(jsm: JetStreamManager, { stream }: StreamNames): Promise<StreamInfo | null> {
  try {
    return await jsm.streams.info(stream);
  } catch (error) {
    if (isStreamNotFound(error)) return null;
    throw error;
  }
}

export function isStreamNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}

/** When it was made, in milliseconds: another stream of the same name has another. */
export function identityOf({ created }: StreamInfo): number {
  return Date.parse(String(created));
}

function holds(config: StreamConfig, wanted: Partial<StreamConfig>): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(config[name as keyof StreamConfig]) === JSON.stringify(value),
  );
}
