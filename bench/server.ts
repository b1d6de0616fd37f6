/**
 * The child that hosts what is measured: the server itself (`app`), the server on a store that forgets (`memory`),
 * the same without metrics and traces (`unwatched`), or
 * stock Colyseus with the bare room (`bare`); the arena in the house (`arena`) and in stock Colyseus (`bare-arena`). Arguments: which, and the core for database threads (`-`: not pinned).
 */
import { matchMaker } from '@colyseus/core';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { startApp } from '../src/app.ts';
import { loadConfig } from '../src/config.ts';
import { systemClock } from '../src/match/clock.ts';
import { beatOf } from '../src/match/ticks.ts';
import { MemoryStore } from './memory-store.ts';
import { pinWorkers } from './pin.ts';
import { serve } from './rpc.ts';

export type Host = 'app' | 'memory' | 'unwatched' | 'bare' | 'arena' | 'bare-arena';

const [host, core] = process.argv.slice(2) as [Host, string];
if (core !== '-') pinWorkers(Number(core));

const hosts: Record<Host, () => Promise<number>> = {
  app: async () => (await startApp(loadConfig(process.env))).port,
  memory: async () => (await startApp(loadConfig(process.env), { store: new MemoryStore() })).port,
  unwatched: async () =>
    (await startApp(loadConfig(process.env), { store: new MemoryStore(), isUnwatched: true })).port,
  bare: async () => (await import('./bare/server.ts')).startBare(),
  arena: async () => (await import('./arena/server.ts')).startArena(loadConfig(process.env)),
  'bare-arena': async () => (await import('./arena/server.ts')).startBareArena(),
};
const starting = hosts[host]();
starting.catch(() => {}); // told by `port`

const beatTimes: { late: number[]; took: number[] } = { late: [], took: [] };
let isWatching = false;

const outgoing = new Set<Socket>();
subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  outgoing.add(socket);
  socket.once('close', () => outgoing.delete(socket));
});

const calls = {
  /** Resolves when it listens. */
  port: (): Promise<number> => starting,

  rooms: (): number => matchMaker.stats.local.roomCount,

  /** Sockets of clients that are handed on to processes at these ports. */
  handedOn: (ports: readonly number[]): number =>
    [...outgoing].filter(({ remotePort }) => ports.includes(remotePort ?? 0)).length,

  /** CPU since the start in microseconds: of the process, and of its main thread alone. */
  cpu(): { process: number; main: number } {
    const all = process.cpuUsage();
    const main = process.threadCpuUsage();
    return { process: all.user + all.system, main: main.user + main.system };
  },

  /** Watches the beat of tick-based matches from now on. */
  watchBeat(): void {
    const beat = beatOf(systemClock, 60);
    beatTimes.late.length = beatTimes.took.length = 0;
    if (isWatching) return;
    isWatching = true;
    beat.observe((late, took) => {
      beatTimes.late.push(late);
      beatTimes.took.push(took);
    });
  },

  /** Of all ticks since then, in milliseconds: how late they were, and how long they took. */
  beat: (): { late: number[]; took: number[] } => beatTimes,

  /** Bytes after a full collection. */
  memory(): { heap: number; rss: number } {
    for (let i = 0; i < 4; i++) globalThis.gc!();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heap: heapUsed + external, rss };
  },
};

export type ServerCalls = typeof calls;
serve(calls);
