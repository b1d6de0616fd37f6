/** A match as an operator may see it who shares the screen: from its room, or from its log where it is in no process. */
import { Encoder, Reflection, type Schema } from '@colyseus/schema';
import type { Engine, Entry, MatchSetup } from './engine.ts';
import type { Game } from './game.ts';
import type { InspectedEntry, InspectedSeat, Inspection } from './inspected.ts';
import type { Match } from './match.ts';
import type { Seat } from './seats.ts';
import { mirrorTable, type Names } from './table.ts';
import type { TableView } from './table-engine.ts';
import { createdAt } from './uuid.ts';

export interface InspectedRoom {
  readonly names: Names;
  readonly clients: number;
  readonly encoder: Encoder;
}

export function inspectRoom(match: Match, { names, clients, encoder }: InspectedRoom): Inspection {
  const { matchId, game, version, epoch, origin } = match.claim;
  const view = match.view(null) as TableView<unknown>;
  const { phase, list } = view.seats;
  return {
    game,
    version,
    epoch,
    n: match.committedN,
    // of a tick-based match the end is played before it is committed
    phase: phase === 'over' && !match.result ? 'playing' : phase,
    options: view.options,
    startedAt: startOf(matchId, view),
    deadline: view.deadline === null ? null : origin + view.deadline,
    seats: list.map((seat, i) => inspectSeat(seat, i, names, presenceOf(seat))),
    clients,
    state: sentToAll(encoder),
  };
}

/** Plays a log that begins with `create`. Throws what its engine throws at a log that is damaged, or of no known version. */
export async function inspectLog(
  games: readonly Game[],
  { matchId, epoch, entries }: { matchId: string; epoch: number; entries: readonly Entry[] },
): Promise<Inspection> {
  const { game, version, options } = entries[0]!.data as MatchSetup;
  const { engines, table } = games.find(({ name }) => name === game)!;
  const engine: Engine = engines[version]!();
  const { n, result } = await engine.open(null, entries);
  const view = (await engine.view(null)) as TableView<never>;
  await engine.close();
  const isOver = result !== null;
  const { phase, list } = view.seats;
  const state = table.make(list.length);
  // nobody waits for a deadline of a match that is in no process
  mirrorTable(state, { ...view, deadline: null }, { origin: createdAt(matchId) ?? 0, isOver }, noNames);
  table.mirror(
    state,
    () => view,
    () => true,
  );
  const away = (seat: Seat): InspectedSeat['presence'] =>
    seat.account === null ? presenceOf(seat) : isOver ? 'gone' : 'away';
  return {
    game,
    version,
    epoch,
    n,
    phase,
    options,
    startedAt: startOf(matchId, view),
    deadline: null,
    seats: list.map((seat, i) => inspectSeat(seat, i, noNames, away(seat))),
    clients: 0,
    state: sentToAll(new Encoder(state as Schema)),
  };
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

const noNames: Names = new Map();

/** Match time is 0 at the creation. */
function startOf(matchId: string, { startedAt }: TableView<unknown>): number | null {
  const created = createdAt(matchId);
  return created === null || startedAt === null ? null : created + startedAt;
}

function inspectSeat(
  { account, bot, ready }: Seat,
  seat: number,
  names: Names,
  presence: InspectedSeat['presence'],
): InspectedSeat {
  return { seat, account, name: (account !== null && names.get(account)) || '', bot, ready, presence };
}

function presenceOf({ account, bot, awaySince, idle }: Seat): InspectedSeat['presence'] {
  if (account === null) return bot === null ? 'free' : 'bot';
  if (awaySince !== null) return 'away';
  return idle ? 'idle' : 'connected';
}
