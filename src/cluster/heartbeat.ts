/**
 * Pings all sockets of a WebSocketTransport, a few at a time. Stock ws-transport 0.18.4 pings all of them in one turn of
 * the event loop: with 10,000 sockets everybody waits a quarter of a second for that. It is to be made with
 * `pingInterval: 0`; it counts a socket's unanswered pings (`pingCount`) by itself.
 */
export interface HeartbeatOptions {
  /** Between two pings of a socket, in milliseconds. */
  readonly intervalMs: number;
  /** A socket that has left so many unanswered is terminated. */
  readonly mostMissed: number;
}

interface Socket {
  pingCount: number;
  ping(done: () => void): void;
  terminate(): void;
  once(event: 'close', closed: () => void): void;
}

interface Transport {
  readonly wss: { on(event: 'connection', connected: (socket: Socket) => void): void };
}

const turnMs = 100;

/** The function ends it. */
export function startHeartbeat(transport: object, { intervalMs, mostMissed }: HeartbeatOptions): () => void {
  const turns = Array.from({ length: Math.max(1, Math.round(intervalMs / turnMs)) }, () => new Set<Socket>());
  let made = 0;
  let turn = 0;
  (transport as Transport).wss.on('connection', (socket) => {
    const mine = turns[made++ % turns.length]!;
    mine.add(socket);
    socket.once('close', () => mine.delete(socket));
  });
  const timer = setInterval(() => {
    for (const socket of turns[turn++ % turns.length]!) beat(socket, mostMissed);
  }, intervalMs / turns.length);
  return () => clearInterval(timer);
}

function beat(socket: Socket, mostMissed: number): void {
  if (socket.pingCount >= mostMissed) return socket.terminate();
  socket.pingCount++;
  // one that can't be written to closes by itself
  socket.ping(() => {});
}
