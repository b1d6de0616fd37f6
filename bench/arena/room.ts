/**
 * The usual room of a fast game: each of ten clients says twenty times a second where it is, and a patch twenty times a
 * second tells where all are. The same class in stock Colyseus and in the house.
 */
import { type Client, Room, validate } from '@colyseus/core';
import { schema, type SchemaType, t } from '@colyseus/schema';
import { z } from 'zod';
import type { Principal } from '../../src/auth/principal.ts';

const Mover = schema({ x: t.float32().default(0), y: t.float32().default(0) }, 'Mover');
const ArenaState = schema({ movers: t.map(Mover) }, 'ArenaState');
const move = z.object({ x: z.number(), y: z.number() });

export class ArenaRoom extends Room<{ state: SchemaType<typeof ArenaState> }> {
  override state = new ArenaState();
  override maxClients = 10;
  override patchRate = 50;

  override messages = {
    move: validate(move, function (this: ArenaRoom, client, { x, y }) {
      const mover = this.state.movers.get(client.sessionId)!;
      mover.x = x;
      mover.y = y;
    }),
  };

  override onJoin(client: Client): void {
    this.state.movers.set(client.sessionId, new Mover());
  }

  override onLeave(client: Client): void {
    this.state.movers.delete(client.sessionId);
  }
}

/** With what the house asks of a room: a token, no more messages than allowed, and faults that end no process. */
export function guardedArena(authenticate: (token: string) => Principal, messagesPerSecond: number) {
  return class GuardedArena extends ArenaRoom {
    override maxMessagesPerSecond = messagesPerSecond;
    static override async onAuth(token: string): Promise<Principal> {
      return authenticate(token);
    }
    override onUncaughtException(error: Error): void {
      throw error;
    }
  };
}
