/** The arena in the house, and in stock Colyseus. Both resolve with their port. */
import { defineRoom, defineServer } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { startApp } from '../../src/app.ts';
import { createKeyRing } from '../../src/auth/key-ring.ts';
import { createTokens } from '../../src/auth/tokens.ts';
import type { Config } from '../../src/config.ts';
import { listen } from '../../src/http/listen.ts';
import { ArenaRoom, guardedArena } from './room.ts';

/** Three times what a client sends. */
const messagesPerSecond = 60;

export async function startArena(config: Config): Promise<number> {
  const tokens = createTokens({ ...config.auth, keys: createKeyRing(config.auth.keys!), now: Date.now });
  const room = guardedArena((token) => tokens.verify(token), messagesPerSecond);
  return (await startApp(config, { rooms: { arena: room } })).port;
}

export function startBareArena(): Promise<number> {
  const server = defineServer({
    greet: false,
    gracefullyShutdown: false,
    transport: new WebSocketTransport({ pingInterval: 20_000 }),
    rooms: { arena: defineRoom(ArenaRoom) },
  });
  return listen(server, { host: '127.0.0.1', port: 0 });
}
