import { defineServer, type Endpoint, type Room } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { connect } from 'node:net';
import { api } from '../../src/http/api.ts';
import { createHttp, type HttpOptions } from '../../src/http/http.ts';
import { listen } from '../../src/http/listen.ts';
import { colyseusLogger, createLogger } from '../../src/ops/logger.ts';

export interface TestHttp {
  readonly url: string;
  readonly port: number;
  /** Lines of the log so far. */
  readonly lines: Record<string, unknown>[];
  close(): Promise<void>;
}

/** Of endpoints that a test makes without a word about them. */
const undescribed = api({ summary: 'Of a test', tag: 'test', access: 'anyone', responses: {} });

type Rooms = Record<string, new () => Room>;

/** A server of Colyseus with the layer, on a free port. One a test file: Colyseus' matchmaker is global. */
export async function startHttp<E extends Record<string, Endpoint>>(
  options: Omit<HttpOptions<E>, 'log'>,
  rooms: Rooms = {},
): Promise<TestHttp> {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger(
    { level: 'debug' },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  for (const { options: own } of Object.values(options.endpoints)) own.metadata ??= undescribed;
  const { server, routes, express } = createHttp({ ...options, log });
  const colyseus = defineServer({
    greet: false,
    gracefullyShutdown: false,
    logger: colyseusLogger(log),
    transport: new WebSocketTransport({ server }),
    rooms: {},
    routes,
    express,
  });
  for (const [name, room] of Object.entries(rooms)) colyseus.define(name, room);
  const port = await listen(colyseus, { host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    lines,
    close: () => colyseus.gracefullyShutdown(false),
  };
}

/** Sends bytes as they are, and gives all that comes back until the server closes. */
export function sendRaw(port: number, text: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (received += chunk));
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}
