/** How a process ends: it says so, and where there are others its matches go on there. */
import { matchMaker } from '@colyseus/core';
import { drainRooms } from '../cluster/draining.ts';
import { MatchRoom } from '../match/match-room.ts';
import type { Base } from './base.ts';

type Leaving = Pick<Base, 'rooms' | 'cluster' | 'clock' | 'log'>;

/** Before all else: it is not ready any more, no match is revived here, and others place no room here. */
export async function announceEnd({ rooms, cluster, log }: Leaving): Promise<void> {
  rooms.drain();
  await cluster?.drain().catch((error: unknown) => {
    log.warn({ error }, 'other processes could not be told that this one is about to end');
  });
}

/** Clients are sent to the others, match by match. What is left then, or alone, ends with the server. */
export async function leaveHouse({ cluster, clock, log }: Leaving): Promise<void> {
  if (!cluster) return;
  const { directory } = cluster;
  const rooms = async (): Promise<MatchRoom[]> => {
    const listed = await directory.query({ processId: matchMaker.processId });
    const here: unknown[] = listed.map(({ roomId }) => matchMaker.getLocalRoomById(roomId));
    return here.filter((room) => room instanceof MatchRoom);
  };
  await drainRooms({ rooms, clock }).catch((error: unknown) => {
    log.warn({ error }, 'matches could not leave one by one, and are all sent away now');
  });
}
