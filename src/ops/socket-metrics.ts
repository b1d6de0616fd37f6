/**
 * Metrics of the sockets, counted where @colyseus/ws-transport 0.18.4 has them: its `wss` and a socket's `pingCount`
 * are private, and a test fails where a new version changes them.
 */
import type { Instruments } from './instruments.ts';

interface Socket {
  /** Pings since the last answer. */
  readonly pingCount: number;
  once(event: 'close', closed: (code: number) => void): void;
}

interface Transport {
  readonly wss: {
    readonly clients: ReadonlySet<unknown>;
    on(event: 'connection', connected: (socket: Socket) => void): void;
  };
}

/** Close codes of RFC 6455 and of Colyseus; a client may send any other. */
const reasons: Readonly<Record<number, string>> = {
  1000: 'normal',
  1001: 'going_away',
  1002: 'protocol_error',
  1005: 'no_status',
  1006: 'cut',
  1007: 'protocol_error',
  1009: 'too_big',
  4000: 'consented',
  4001: 'server_shutdown',
  4002: 'with_error',
  4003: 'failed_to_reconnect',
  4005: 'replaced',
  4010: 'may_try_reconnect',
};

/** Counts the sockets of a WebSocketTransport from now on; the answer is how many are open. */
export function watchSockets(transport: object, mostMissed: number, instruments: Instruments): () => number {
  const { wss } = transport as Transport;
  const [connects, heartbeatFailures] = [instruments.connects.of(), instruments.heartbeatFailures.of()];
  for (const reason of ['heartbeat', 'other', ...Object.values(reasons)]) instruments.disconnects.of(reason);
  wss.on('connection', (socket) => {
    connects.add();
    socket.once('close', (code) => {
      const isSilent = socket.pingCount >= mostMissed;
      if (isSilent) heartbeatFailures.add();
      instruments.disconnects.of(isSilent ? 'heartbeat' : (reasons[code] ?? 'other')).add();
    });
  });
  return () => wss.clients.size;
}
