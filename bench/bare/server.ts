import { defineRoom, defineServer } from '@colyseus/core';
import { Encoder } from '@colyseus/schema';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { listen } from '../../src/http/listen.ts';
import { BareRoom } from './room.ts';

/** Stock Colyseus with the bare room, under the name of the game. Resolves with its port. */
export function startBare(): Promise<number> {
  Encoder.BUFFER_SIZE = 2 * 1024;
  const server = defineServer({
    greet: false,
    gracefullyShutdown: false,
    transport: new WebSocketTransport({ pingInterval: 20_000 }),
    rooms: { whist: defineRoom(BareRoom) },
  });
  return listen(server, { host: '127.0.0.1', port: 0 });
}
