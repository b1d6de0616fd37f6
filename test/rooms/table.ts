/** Four people at a whist table, each with a stock SDK client, and what they do there. */
import type { Room } from '@colyseus/sdk';
import { randomUUID } from 'node:crypto';
import { legalCards } from '../../rooms/whist/trick.ts';
import { cardName, parseCard } from '../../rooms/whist/cards.ts';
import type { WhistTable } from '../../rooms/whist/state.ts';
import { sdkClient, sign, until } from '../support/server.ts';

export type WhistClient = Room<unknown, WhistTable>;

/** A command that the server has acknowledged. */
export interface Acknowledged {
  readonly id: string;
  readonly n: number;
  readonly seat: number;
  readonly name: string;
}

export interface Table {
  readonly url: string;
  readonly tenant: string;
  readonly matchId: string;
  /** By seat. */
  readonly rooms: WhistClient[];
  readonly acknowledged: Acknowledged[];
}

export interface Refused {
  readonly code: string;
  readonly message: string;
  readonly id?: string;
}

/** An account of the table: `p0` sits in seat 0. */
export const tokenOf = (tenant: string, who: number | string): string =>
  sign(typeof who === 'number' ? `p${who}` : who, { tenantId: tenant });

/** Joins `people` players of a tenant that nobody else has into one match. */
export async function openTable(url: string, options: object = {}, people = 4): Promise<Table> {
  const tenant = `t-${randomUUID()}`;
  const rooms: WhistClient[] = [];
  for (let who = 0; who < people; who++) {
    rooms.push(await join(url, tokenOf(tenant, who), options));
  }
  return { url, tenant, matchId: rooms[0]!.roomId, rooms, acknowledged: [] };
}

/** Four people, ready: the match has begun. */
export async function openMatch(url: string, options: object = {}): Promise<Table> {
  const table = await openTable(url, options);
  for (const seat of table.rooms.keys()) await command(table, seat, 'ready');
  await until(() => table.rooms.every(({ state }) => state.phase === 'playing'));
  return table;
}

export async function join(url: string, token: string, options: object = {}): Promise<WhistClient> {
  return prepared(await sdkClient(url, token).joinOrCreate<WhistTable>('whist', options));
}

export async function joinById(
  url: string,
  token: string,
  matchId: string,
  options: object = {},
): Promise<WhistClient> {
  return prepared(await sdkClient(url, token).joinById<WhistTable>(matchId, options));
}

/** A new client of the account in this seat, in place of the one before. */
export async function rejoin(table: Table, seat: number, options: object = {}): Promise<WhistClient> {
  return (table.rooms[seat] = await joinById(table.url, tokenOf(table.tenant, seat), table.matchId, options));
}

/** Waits for the state, and lets the client return even if it was up for less than 5 s. */
export async function prepared(joined: Room<unknown, WhistTable>): Promise<WhistClient> {
  joined.reconnection.minUptime = 0;
  joined.onMessage('refused', () => {});
  joined.onMessage('moment', () => {});
  await until(
    () => (joined.state?.seats as unknown as unknown[] | undefined)?.length === 4,
    'the state is there',
  );
  return joined;
}

/** Sends a command with an id of its own and waits for its acknowledgement; rejects with what it was refused with. */
export async function command(
  table: Table,
  seat: number,
  name: string,
  payload: object = {},
  id: string = randomUUID(),
): Promise<Acknowledged> {
  const { n } = await ask<{ n: number }>(table.rooms[seat]!, name, { id, ...payload });
  const acknowledged = { id, n, seat, name };
  table.acknowledged.push(acknowledged);
  return acknowledged;
}

/** A request; a refusal rejects as it came over the wire. */
export async function ask<T>(room: Room<unknown, WhistTable>, name: string, payload?: unknown): Promise<T> {
  try {
    return await room.request(name as never, payload as never);
  } catch (error) {
    throw (error as { reason?: unknown }).reason ?? error;
  }
}

/** What a request is refused with. */
export async function refusal(
  room: Room<unknown, WhistTable>,
  name: string,
  payload?: unknown,
): Promise<Refused> {
  const answer = await ask(room, name, payload).catch((refused: Refused) => refused);
  if (typeof (answer as Refused)?.code !== 'string') {
    throw new Error(`${name} was not refused with a code: ${JSON.stringify(answer)} ${String(answer)}`);
  }
  return answer as Refused;
}

/** The next move, by the seat whose turn it is, as its own client sees the table. */
export async function move(table: Table): Promise<Acknowledged> {
  const seat = await nextSeat(table);
  const [name, payload] = legalMove(table.rooms[seat]!.state, seat);
  return command(table, seat, name, payload);
}

/** Waits until a client knows that it is its turn, after all that was acknowledged. */
export async function nextSeat(table: Table): Promise<number> {
  let seat = -1;
  const isTold = (): boolean => {
    seat = table.rooms.findIndex(({ state }, i) => state.turn === i);
    const [first] = table.rooms;
    return seat >= 0 && table.rooms.every(({ state }) => isSame(state, first!.state));
  };
  await until(isTold, 'all clients see the same turn');
  return seat;
}

const isSame = (a: WhistTable, b: WhistTable): boolean =>
  a.turn === b.turn &&
  a.round === b.round &&
  a.trick === b.trick &&
  a.lastTrick === b.lastTrick &&
  a.stage === b.stage;

/** Moves until `ends`, which sees what all clients agree on. */
export async function moveUntil(table: Table, ends: (state: WhistTable) => boolean): Promise<void> {
  for (;;) {
    await nextSeat(table);
    if (ends(table.rooms[0]!.state)) return;
    await move(table);
  }
}

/** Moves to the end of the match. */
export async function playOut(table: Table): Promise<void> {
  const isOver = (): boolean => table.rooms.some(({ state }) => state.phase === 'over');
  for (;;) {
    await until(() => isOver() || table.rooms.some(({ state }, seat) => state.turn === seat));
    if (isOver()) break;
    await move(table);
  }
  await until(() => table.rooms.every(({ state }) => state.phase === 'over'));
}

/** A move that the rules allow: bids of one, hearts, the first card that follows suit. */
export function legalMove(state: WhistTable, seat: number): [name: string, payload: object] {
  if (state.stage === 'trump') return ['trump', { trump: 'H' }];
  const { cards, hand } = state.seats[seat]!;
  if (state.stage === 'bid') {
    const others = [...state.seats].reduce((sum, { bid }) => sum + Math.max(0, bid), 0);
    const isBarred = state.dealer === seat && others + 1 === cards;
    return ['bid', { bid: isBarred ? 2 : 1 }];
  }
  const led = cardsIn(state.trick).map((card) => ({ seat: 0, card: parseCard(card)! }));
  const [card] = legalCards(
    cardsIn(hand).map((name) => parseCard(name)!),
    led,
  );
  return ['play', { card: cardName(card!) }];
}

export const cardsIn = (text: string): string[] => text.match(/../g) ?? [];

/** The connection breaks, without a word. */
export function cut(room: Room<unknown, WhistTable>): void {
  (room.connection.transport as unknown as { ws: { close(code?: number): void } }).ws.close();
}
