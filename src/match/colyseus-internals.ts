/**
 * Every private API of @colyseus/core 0.18.17 that Gamekeeper needs, in one file;
 * test/match/colyseus-internals.test.ts fails loudly when a new version changes one.
 */
import { matchMaker, type Client } from '@colyseus/core';
import { $changes, Reflection, type Encoder } from '@colyseus/schema';
import { createHash } from 'node:crypto';

interface Reserved {
  then(resolved: (client: Client) => void, rejected: () => void): void;
}

interface Internals {
  _reserveSeat(
    sessionId: string,
    joinOptions: unknown,
    auth: unknown,
    seconds?: number,
    allowReconnection?: boolean,
    token?: string,
  ): Promise<boolean>;
  _reservedSeats: Record<string, [joinOptions: unknown, auth: unknown, ...unknown[]]>;
  _reservedSeatTimeouts: Record<string, NodeJS.Timeout>;
  _reconnections: Record<string, [sessionId: string, reserved: Reserved]>;
  resetAutoDisposeTimeout(seconds: number): void;
  _listing: object;
  _events: { emit(event: string, ...args: unknown[]): void };
  _serializer: { encoder: Encoder };
}

/** Any room, whatever its type parameters. */
export type AnyRoom = { readonly roomId: string; state: object };

const internals = (room: AnyRoom): Internals => room as unknown as Internals;

/**
 * Holds a seat for a session that this room does not know: of a process that died, or whose reservation ran out.
 * The client then comes in through onReconnect. `auth` becomes its `client.auth`.
 */
export async function reserveReturn(
  room: AnyRoom,
  sessionId: string,
  auth: unknown,
  seconds: number,
  token: string,
): Promise<void> {
  const inside = internals(room);
  if (inside._reconnections[token]) return;
  await inside._reserveSeat(sessionId, {}, auth, seconds, true, token);
  await matchMaker.driver.update(inside._listing as never, { $inc: { clients: 1 } } as never);
  const [, reserved] = inside._reconnections[token]!;
  reserved.then(
    (client) => {
      client.auth = auth;
      clearTimeout(inside._reservedSeatTimeouts[sessionId]);
      delete inside._reconnections[token];
      delete inside._reservedSeats[sessionId];
      delete inside._reservedSeatTimeouts[sessionId];
      inside._events.emit('join', client);
    },
    () => {},
  );
}

/** The `auth` of the session that a seat is held for; undefined where none is held. */
export function heldFor(room: AnyRoom, sessionId: string): unknown {
  return internals(room)._reservedSeats[sessionId]?.[1];
}

/** A held return ran out (Colyseus says so by an onLeave of a client that never was): the room may close when empty. */
export async function forgetReturn(room: AnyRoom): Promise<void> {
  const inside = internals(room);
  await matchMaker.driver.update(inside._listing as never, { $inc: { clients: -1 } } as never);
  inside.resetAutoDisposeTimeout(1);
}

/**
 * Asks `admit` before a fresh seat is reserved, and tells when it is; returns, once admitted, are not asked. Who asked for
 * the seat is answered when all that `reserved` does is done: the next one must not be sent to a room that is full by then.
 */
export function guardReservations(
  room: AnyRoom,
  admit: (joinOptions: unknown, auth: unknown) => boolean,
  reserved: () => Promise<void>,
): void {
  const inside = internals(room);
  const reserve = inside._reserveSeat.bind(room);
  inside._reserveSeat = (sessionId, joinOptions, auth, seconds, allowReconnection, token) => {
    if (!allowReconnection && !admit(joinOptions, auth)) return Promise.resolve(false);
    const reserving = reserve(sessionId, joinOptions, auth, seconds, allowReconnection, token);
    if (allowReconnection) return reserving;
    const told = reserved();
    return reserving.then((isReserved) => told.then(() => isReserved));
  };
}

/** Those who have a fresh seat reserved and have not joined yet; who is joining just now stands there not enumerable. */
export function reservations(room: AnyRoom): { joinOptions: unknown; auth: unknown }[] {
  const seats = internals(room)._reservedSeats;
  return Object.getOwnPropertyNames(seats)
    .map((sessionId) => seats[sessionId]!)
    .filter(([, , , isReturn]) => !isReturn)
    .map(([joinOptions, auth]) => ({ joinOptions, auth }));
}

/**
 * Moves the ids of schema instances that are made from now on beyond those of earlier lives of this match: decoders of
 * returning clients still hold the old ones, and break where an id comes back with another type.
 */
export function skipRefIds(room: AnyRoom, epoch: number): void {
  const { root } = (room.state as { [$changes]: { root?: { nextUniqueId: number } } })[$changes];
  if (!root) throw new Error('the state has no root: assign it before');
  root.nextUniqueId = Math.max(root.nextUniqueId, (epoch - 1) * 1_000);
}

/** What writes the state of a room into bytes. */
export const encoderOf = (room: AnyRoom): Encoder => internals(room)._serializer.encoder;

/** 16 hexadecimal digits of the schema as clients get it. */
export function schemaFingerprint(room: AnyRoom): string {
  return createHash('sha256')
    .update(Reflection.encode(encoderOf(room)))
    .digest('hex')
    .slice(0, 16);
}
