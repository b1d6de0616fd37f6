/** A room of the directory, as it stands in Redis. */
import { initializeRoomCache, type IRoomCache } from '@colyseus/core';
import { z } from 'zod';

const listingSchema = z.looseObject({
  roomId: z.string().min(1),
  name: z.string().min(1),
  processId: z.string().min(1),
  clients: z.int(),
  /** JSON has no Infinity: it is null there. */
  maxClients: z.number().nullable(),
  createdAt: z.iso.datetime(),
  metadata: z.looseObject({ tenantId: z.string().optional(), offer: z.string().optional() }).nullish(),
});

/** Undefined: it is none, or not that of this room, whoever wrote it there. */
export function parseListing(text: string, roomId?: string): IRoomCache | undefined {
  const { data } = listingSchema.safeParse(asJson(text));
  if (!data || (roomId !== undefined && data.roomId !== roomId)) return undefined;
  const { maxClients, createdAt } = data;
  return initializeRoomCache({
    ...data,
    maxClients: maxClients ?? Number.POSITIVE_INFINITY,
    createdAt: new Date(createdAt),
  } as Partial<IRoomCache>);
}

export const parseListings = (texts: readonly string[]): IRoomCache[] =>
  texts.map((text) => parseListing(text)).filter((room) => room !== undefined);

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
