/**
 * How moments reach the clients of their match: through Colyseus' presence, since the process that finds them need not be
 * the one that hosts the room.
 */
import type { Presence } from '@colyseus/core';
import { z } from 'zod';
import type { Moment } from '../events/event-stream.ts';
import { isUuid } from '../match/uuid.ts';

const topic = 'moments';

const place = z.int().min(1);
const message = z.object({
  matchId: z.string().refine(isUuid),
  moments: z.array(
    z.object({
      number: place,
      type: z.string().min(1).max(64),
      seat: z.int().min(0).nullable(),
      n: place,
      t: z.int().min(0),
      data: z.json(),
    }),
  ),
});

/** A moment as the clients of its match get it. */
export type ToldMoment = z.infer<typeof message>['moments'][number];

export interface MomentRoom {
  tellMoments(moments: readonly ToldMoment[]): void;
}

/** Gives moments of a match to whoever hosts its room. What gets lost here is told to nobody, and stands in history. */
export function announceMoments(
  presence: Pick<Presence, 'publish'>,
  fault: (error: unknown) => void,
): (matchId: string, moments: readonly Moment[]) => void {
  const publish = async (matchId: string, moments: readonly Moment[]): Promise<void> => {
    await presence.publish(topic, { matchId, moments: moments.map(toldOf) });
  };
  return (matchId, moments) => void publish(matchId, moments).catch(fault);
}

/** Listens for moments of matches whose rooms are here. What is malformed is left aside. The answer stops it. */
export async function listenMoments(
  presence: Pick<Presence, 'subscribe' | 'unsubscribe'>,
  roomOf: (matchId: string) => MomentRoom | undefined,
  fault: (error: unknown) => void,
): Promise<() => Promise<void>> {
  const hear = (heard: unknown): void => {
    try {
      const { matchId, moments } = message.parse(heard);
      roomOf(matchId)?.tellMoments(moments);
    } catch (error) {
      fault(error);
    }
  };
  await presence.subscribe(topic, hear);
  return async () => void (await presence.unsubscribe(topic, hear));
}

/** Neither the tenant nor the wall time: clients of a match have no use for them. */
function toldOf({ number, type, seat, n, t, data }: Moment): object {
  return { number, type, seat, n, t, data };
}
