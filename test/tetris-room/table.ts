/** People at a Tetris table, each with a stock SDK client, and what they do there. */
import type { Room } from '@colyseus/sdk';
import { randomUUID } from 'node:crypto';
import { HARD_DROP } from '../../rooms/tetris/actions.ts';
import type { BoardView } from '../../rooms/tetris/rules.ts';
import type { TetrisTable } from '../../rooms/tetris/state.ts';
import type { HistoryMatch } from '../../src/history/reader.ts';
import { sdkClient, sign, until } from '../support/server.ts';

export type TetrisClient = Room<unknown, TetrisTable>;

export interface Table {
  readonly url: string;
  readonly tenant: string;
  readonly matchId: string;
  /** By seat; bots sit behind them. */
  readonly rooms: TetrisClient[];
}

/** Long enough to look, short enough to wait for: pieces fall at once. */
const short = { startLevel: 15 };

/** `p0` sits in seat 0. */
export const tokenOf = (tenant: string, seat: number): string => sign(`p${seat}`, { tenantId: tenant });

/** People of a tenant that nobody else has, and bots of these strengths; the match has begun. */
export async function openMatch(
  url: string,
  options: object = {},
  people = 2,
  bots: readonly string[] = [],
): Promise<Table> {
  const tenant = `t-${randomUUID()}`;
  const asked = { ...short, players: people + bots.length, ...options };
  const rooms: TetrisClient[] = [];
  for (let seat = 0; seat < people; seat++) {
    const client = sdkClient(url, tokenOf(tenant, seat));
    rooms.push(prepared(await client.joinOrCreate<TetrisTable>('tetris', asked)));
  }
  for (const strength of bots) await command(rooms[0]!, 'add_bot', { strength });
  for (const room of rooms) await command(room, 'ready', { ready: true });
  await until(() => rooms.every(({ state }) => state?.phase === 'playing'), 'the match has begun');
  return { url, tenant, matchId: rooms[0]!.roomId, rooms };
}

/** A new client of the account in this seat, in place of the one before. */
export async function rejoin(table: Table, seat: number): Promise<TetrisClient> {
  const client = sdkClient(table.url, tokenOf(table.tenant, seat));
  const room = prepared(await client.joinById<TetrisTable>(table.matchId));
  await until(() => room.state?.phase !== undefined, 'the state is there');
  return (table.rooms[seat] = room);
}

/** Lets the client return even if it was up for less than 5 s. */
function prepared(room: TetrisClient): TetrisClient {
  room.reconnection.minUptime = 0;
  room.onMessage('refused', () => {});
  room.onMessage('moment', () => {});
  return room;
}

/** Resolves with the log position; rejects with what it was refused with. */
export async function command(
  room: TetrisClient,
  name: string,
  payload: object = {},
  id: string = randomUUID(),
): Promise<number> {
  try {
    return (await room.request<object, { n: number }>(name as never, { id, ...payload } as never)).n;
  } catch (error) {
    throw (error as { reason?: unknown }).reason ?? error;
  }
}

export const input = (room: TetrisClient, actions: number, tick = 0, id?: string): Promise<number> =>
  command(room, 'input', { tick, actions }, id);

/** The code that a command is refused with; `ok` if it is not. */
export async function codeOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'ok',
    (refused: { code?: string; message: string }) => refused.code ?? refused.message,
  );
}

/** From now on the seat drops each piece as soon as its client sees it: it is out within two seconds. */
export function dropAll({ rooms }: Table, seat: number): void {
  const room = rooms[seat]!;
  let dropped = -1;
  const drop = (): void => {
    const { placed, piece, alive } = room.state.seats[seat]!;
    if (piece === 0 || !alive || placed === dropped || !room.connection.isOpen) return;
    dropped = placed;
    room.send('input' as never, { id: randomUUID(), tick: 0, actions: HARD_DROP } as never);
  };
  room.onStateChange(drop);
  drop();
}

export const isOver = ({ rooms }: Table): boolean => rooms.every(({ state }) => state.phase === 'over');

/** What the server says of the seat's own board now. */
export const sync = (room: TetrisClient): Promise<{ tick: number; board: BoardView }> =>
  room.request<object, { tick: number; board: BoardView }>('sync' as never, {} as never);

export const tickNow = async (room: TetrisClient): Promise<number> => (await sync(room)).tick;

/** Waits until play has gone on by some ticks. */
export async function expectToGoOn(room: TetrisClient, ticks = 10): Promise<void> {
  const from = await tickNow(room);
  while ((await tickNow(room)) < from + ticks) await new Promise((resume) => setTimeout(resume, 20));
}

/** A finished match from the history API, waited for. */
export async function historyOf({ url, tenant, matchId }: Table): Promise<HistoryMatch> {
  const ask = (): Promise<Response> =>
    fetch(`${url}/v1/matches/${matchId}`, {
      headers: { authorization: `Bearer ${tokenOf(tenant, 0)}` },
    });
  let answer = await ask();
  for (const end = performance.now() + 10_000; answer.status !== 200; answer = await ask())
    if (performance.now() > end) throw new Error(`${matchId} never came into history`);
  return (await answer.json()) as HistoryMatch;
}
