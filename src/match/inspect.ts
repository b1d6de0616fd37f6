/** A match as an operator may see it who shares the screen: from its room, or from its log where it is in no process. */
import { Encoder, Reflection, type Schema } from '@colyseus/schema';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Engine, Entry, Followed, MatchSetup } from './engine.ts';
import type { Game } from './game.ts';
import type { InspectedEntry, InspectedSeat, Inspection } from './inspected.ts';
import type { Match } from './match.ts';
import type { Seat } from './seats.ts';
import { type GameTable, mirrorTable, type Names } from './table.ts';
import type { TableView } from './table-engine.ts';
import { createdAt } from './uuid.ts';

export interface InspectedRoom {
  readonly names: Names;
  readonly clients: number;
  readonly encoder: Encoder;
}

export function inspectRoom(match: Match, { names, clients, encoder }: InspectedRoom): Inspection {
  const { claim, committedN: n, result } = match;
  const view = match.view(null) as TableView<unknown>;
  return {
    ...standingOf({ ...claim, n, isOver: result !== null }, view),
    deadline: view.deadline === null ? null : claim.origin + view.deadline,
    seats: view.seats.list.map((seat, i) => inspectSeat(seat, i, presenceOf(seat), names)),
    clients,
    state: sentToAll(encoder),
  };
}

interface StoredMatch {
  readonly matchId: string;
  readonly epoch: number;
  /** From `create` on. */
  readonly entries: readonly Entry[];
}

/** Nobody is connected to it, and nobody waits for a deadline. Rejects where no engine of ours can play the log. */
export async function inspectLog(
  games: readonly Game[],
  { matchId, epoch, entries }: StoredMatch,
): Promise<Inspection> {
  const { game, version } = entries[0]!.data as MatchSetup;
  const { engines, table } = games.find(({ name }) => name === game)!;
  const engine = engines[version]!();
  const { n, result } = await play(engine, entries);
  const view = { ...((await engine.view(null)) as TableView<never>), deadline: null };
  await engine.close();
  const isOver = result !== null;
  const presence = (seat: Seat): Presence =>
    seat.account === null ? presenceOf(seat) : isOver ? 'gone' : 'away';
  return {
    ...standingOf({ matchId, game, version, epoch, n, isOver }, view),
    deadline: null,
    seats: view.seats.list.map((seat, i) => inspectSeat(seat, i, presence(seat))),
    clients: 0,
    state: mirrored(table, view, { origin: createdAt(matchId) ?? 0, isOver }),
  };
}

/** Entries that are played at a stretch: of a tick-based match some seconds, which take a few milliseconds. */
const stretch = 32;

/** A long match takes tenths of a second, and matches of this process go on meanwhile. */
async function play(engine: Engine, entries: readonly Entry[]): Promise<Pick<Followed, 'n' | 'result'>> {
  let standing: Pick<Followed, 'n' | 'result'> = { n: 0, result: null };
  for (let at = 0; at < entries.length; at += stretch) {
    standing = await engine.follow(entries.slice(at, at + stretch));
    await letOthersRun();
  }
  return standing;
}

function mirrored(
  table: GameTable,
  view: TableView<never>,
  match: { readonly origin: number; readonly isOver: boolean },
): unknown {
  const state = table.make(view.seats.list.length);
  mirrorTable(state, view, match, new Map());
  const isTold = (): boolean => true;
  table.mirror(state, () => view, isTold);
  return sentToAll(new Encoder(state));
}

/** The state in the bytes that a client without a seat gets: fields of one seat's view are not in them. */
export function sentToAll(encoder: Encoder): unknown {
  const decoder = Reflection.decode(Reflection.encode(encoder));
  decoder.decode(encoder.encodeAll());
  return (decoder.state as Schema).toJSON();
}

/** Entries of the platform: what they say stands in the state. */
const platformTypes =
  'sit stand ready add_bot remove_bot start away back idle abandon mark eliminated end'.split(' ');

/**
 * Entries as they may be shown. While the match goes on that is what its table tells everyone: the seed is hidden, and so
 * is what a game has not said to be open. Ids of commands are their senders' own.
 */
export function showEntries(
  entries: readonly Entry[],
  { openEntries = [] }: Pick<Game, 'openEntries'>,
  isOver: boolean,
): InspectedEntry[] {
  const open = new Set([...platformTypes, ...openEntries]);
  return entries.map(({ n, t, type, seat, data }) => {
    const place = { n, t, type, seat };
    if (isOver) return { ...place, data };
    if (type === 'create') return { ...place, data: withoutSeed(data as MatchSetup) };
    return open.has(type) ? { ...place, data } : place;
  });
}

/** Field by field, so that a new field is hidden until someone decides otherwise. */
const withoutSeed = ({ game, version, options }: MatchSetup) => ({ game, version, options });

interface Standing {
  readonly matchId: string;
  readonly game: string;
  readonly version: string;
  readonly epoch: number;
  readonly n: number;
  readonly isOver: boolean;
}

function standingOf(
  { matchId, game, version, epoch, n, isOver }: Standing,
  { seats: { phase }, options, startedAt }: TableView<unknown>,
): Omit<Inspection, 'deadline' | 'seats' | 'clients' | 'state'> {
  const created = createdAt(matchId);
  return {
    game,
    version,
    epoch,
    n,
    // of a tick-based match the end is played before it is committed
    phase: phase === 'over' && !isOver ? 'playing' : phase,
    options,
    // match time is 0 at the creation
    startedAt: created === null || startedAt === null ? null : created + startedAt,
  };
}

type Presence = InspectedSeat['presence'];

function inspectSeat(
  { account, bot, ready }: Seat,
  seat: number,
  presence: Presence,
  names?: Names,
): InspectedSeat {
  const name = account === null ? '' : (names?.get(account) ?? '');
  return { seat, account, name, bot, ready, presence };
}

function presenceOf({ account, bot, awaySince, idle }: Seat): Presence {
  if (account === null) return bot === null ? 'free' : 'bot';
  if (awaySince !== null) return 'away';
  return idle ? 'idle' : 'connected';
}
