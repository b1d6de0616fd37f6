/**
 * src/match/colyseus-internals.ts uses what Colyseus does not promise. Each test here fails when a new version takes such a
 * thing away, or makes it do something else; what is built on it is in the other files of this folder.
 */
import { type Client, matchMaker, type Room } from '@colyseus/core';
import { $changes, Decoder, Encoder, Reflection, type Schema, StateView, t, schema } from '@colyseus/schema';
import { WebSocketClient } from '@colyseus/ws-transport';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  forgetReturn,
  guardReservations,
  heldFor,
  reservations,
  reserveReturn,
  schemaFingerprint,
  skipRefIds,
} from '../../src/match/colyseus-internals.ts';
import { startServer, type TestServer, until } from '../support/server.ts';
import { RawClient } from './raw-client.ts';
import { openTable, type Table, tokenOf } from './table.ts';

interface Inside {
  _reservedSeats: Record<string, unknown[]>;
  _reservedSeatTimeouts: Record<string, unknown>;
  _reconnections: Record<string, [string, PromiseLike<Client>]>;
  _listing: { clients: number };
  _events: { emit: unknown };
  _serializer: { encoder: unknown };
  resetAutoDisposeTimeout: unknown;
  _reserveSeat(...args: unknown[]): Promise<boolean>;
}

let server: TestServer;
let table: Table;
let room: Room;
let inside: Inside;
beforeAll(async () => void (server = await startServer()));
beforeEach(async () => {
  table = await openTable(server.url, {}, 2);
  room = matchMaker.getLocalRoomById(table.matchId);
  inside = room as unknown as Inside;
});
afterAll(() => server.close());

test('[R45] the version that was read is the version that is installed', async () => {
  const version = async (name: string): Promise<string> => {
    const text = await readFile(`node_modules/@colyseus/${name}/package.json`, 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  };
  expect(await Promise.all(['core', 'schema', 'sdk', 'ws-transport'].map(version))).toEqual([
    '0.18.17',
    '5.0.34',
    '0.18.4',
    '0.18.4',
  ]);
});

describe('a room', () => {
  test('[R45] has what returns need', () => {
    expect(inside._reservedSeats).toEqual({});
    expect(inside._reservedSeatTimeouts).toEqual({});
    expect(inside._reconnections).toEqual({});
    expect(inside._listing.clients).toBe(2);
    expect(inside._events.emit).toBeTypeOf('function');
    expect(inside._serializer.encoder).toBeInstanceOf(Encoder);
    expect(inside.resetAutoDisposeTimeout).toBeTypeOf('function');
    expect(inside._reserveSeat).toBeTypeOf('function');
  });

  test('[R45] counts a held seat, takes the client that brings its token through onReconnect, and keeps nothing of it', async () => {
    const principal = {
      accountId: 'watcher',
      tenantId: table.tenant,
      name: '',
      roles: [],
      permission: 'play',
    };
    const token = await tokenOfUnknownSession('ghost');
    await reserveReturn(room, 'ghost', principal, 60, token);
    await reserveReturn(room, 'ghost', principal, 60, token);
    expect(inside._listing.clients).toBe(3);
    expect(heldFor(room, 'ghost')).toEqual(principal);
    expect(heldFor(room, 'nobody')).toBeUndefined();
    expect(inside._reservedSeats['ghost']).toMatchObject([{}, principal, false, true]);
    expect(inside._reconnections[token]![0]).toBe('ghost');
    const query = { reconnectionToken: token, _authToken: tokenOf(table.tenant, 'watcher') };
    const client = new RawClient(
      server.url,
      { roomId: table.matchId, processId: 'x', sessionId: 'ghost' },
      query,
    );
    await client.joined();
    expect(room.clients.get('ghost')!.auth).toEqual(principal);
    expect([inside._reservedSeats, inside._reservedSeatTimeouts, inside._reconnections]).toEqual([
      {},
      {},
      {},
    ]);
    expect(inside._listing.clients).toBe(3);
    client.socket.terminate();
  });

  /** A proof for a session that never was: as a process that died has given it. */
  async function tokenOfUnknownSession(sessionId: string): Promise<string> {
    const { services } = room.constructor as unknown as {
      services: { reconnection: { token(match: object, session: string, schema: string): string } };
    };
    const match = { matchId: table.matchId, tenantId: table.tenant };
    return services.reconnection.token(match, sessionId, schemaFingerprint(room));
  }

  test('[R45] tells onLeave, with a client that has no auth, when a held seat runs out; the count goes back', async () => {
    const before = inside._listing.clients;
    let left: Client | null = null;
    const { onLeave } = room;
    room.onLeave = async (client: Client) => {
      if (client.auth === undefined) left = client;
      return onLeave!.call(room, client);
    };
    await reserveReturn(room, 'late', {}, 0.01, 'late-token');
    await until(() => left !== null);
    expect(left!.sessionId).toBe('late');
    await until(() => inside._listing.clients === before);
    expect(inside._reservedSeats['late']).toBeUndefined();
    expect(forgetReturn).toBeTypeOf('function');
  });

  test('[R45] asks before it reserves a fresh seat, and not for one that is held; its answer waits for what follows', async () => {
    const asked: unknown[] = [];
    let told = 0;
    guardReservations(
      room,
      (options, auth) => asked.push([options, auth]) > 1,
      async () => void (await Promise.resolve(), told++),
    );
    expect(await inside._reserveSeat('fresh', { request: {} }, { auth: 1 })).toBe(false);
    expect([asked, told]).toEqual([[[{ request: {} }, { auth: 1 }]], 0]);
    expect(await inside._reserveSeat('held', true, {}, 0.01, true, 'held-token')).toBe(true);
    expect([asked.length, told]).toEqual([1, 0]);
    expect(reservations(room)).toEqual([]);
    const watching = [
      { request: { spectate: true } },
      { accountId: 'w', tenantId: table.tenant, permission: 'watch' },
    ];
    expect(await inside._reserveSeat('second', ...watching)).toBe(true);
    expect([asked.length, told]).toEqual([2, 1]);
    expect(reservations(room)).toEqual([{ joinOptions: watching[0], auth: watching[1] }]);
    await until(() => inside._reservedSeats['held'] === undefined);
  });
});

describe('the schema', () => {
  const Table = schema({ rows: t.array('uint8'), name: t.string().default('') }, 'InternalsTable');
  const Other = schema({ rows: t.array('uint8'), title: t.string().default('') }, 'InternalsOther');
  const roomOf = (state: Schema) => ({ roomId: 'x', state, _serializer: { encoder: new Encoder(state) } });

  test('[R45] numbers new instances from where skipRefIds puts it, and never backwards', () => {
    const state = new Table();
    const one = roomOf(state);
    const { root } = (state as unknown as { [$changes]: { root: { nextUniqueId: number } } })[$changes];
    expect(root.nextUniqueId).toBeTypeOf('number');
    skipRefIds(one, 3);
    expect(root.nextUniqueId).toBe(2_000);
    skipRefIds(one, 1);
    expect(root.nextUniqueId).toBe(2_000);
    expect(() => skipRefIds(roomLike(new Table()), 1)).toThrow(/no root/);
  });

  const roomLike = (state: Schema) => ({ roomId: 'x', state });

  test('[R45] has a fingerprint: the same for the same fields, another for others', () => {
    const print = schemaFingerprint(roomOf(new Table()));
    expect(print).toMatch(/^[0-9a-f]{16}$/);
    const named = new Table();
    named.name = 'another value';
    expect(schemaFingerprint(roomOf(named))).toBe(print);
    expect(schemaFingerprint(roomOf(new Other()))).not.toBe(print);
    expect(Reflection.decode(Reflection.encode(new Encoder(new Table())))).toBeInstanceOf(Decoder);
    expect(new StateView().add).toBeTypeOf('function');
  });
});

test('[R45] frames replace how ws-transport sends: `raw`, on a client whose `ref` is a ws with a `_socket`', () => {
  expect(WebSocketClient.prototype.raw).toBeTypeOf('function');
  const { ref } = room.clients[0] as unknown as {
    ref: { readyState: number; _socket: { writableLength: number } };
  };
  expect(ref.readyState).toBe(1);
  expect(ref._socket.writableLength).toBe(0);
});
