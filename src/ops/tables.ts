/** The tables of live matches in this process, for the gauges: who sits there is read when it is asked for. */

/** What of a game's room counts: the part of its state that every game has. */
interface Table {
  readonly state: { readonly seats: Iterable<{ readonly account: string; readonly bot: string }> };
}

/** Colyseus' handler of a game's rooms tells of each that is made and disposed of. */
interface Handler {
  on(event: 'create' | 'dispose', told: (table: never) => void): unknown;
}

export interface Seated {
  readonly game: string;
  rooms: number;
  people: number;
  bots: number;
  free: number;
}

export class Tables {
  readonly #games = new Map<string, Set<Table>>();

  watch(game: string, handler: Handler): void {
    const tables = new Set<Table>();
    this.#games.set(game, tables);
    handler.on('create', (table: Table) => void tables.add(table));
    handler.on('dispose', (table: Table) => void tables.delete(table));
  }

  count(): Seated[] {
    return [...this.#games].map(([game, tables]) => seatedAt(game, tables));
  }
}

function seatedAt(game: string, tables: ReadonlySet<Table>): Seated {
  const seated: Seated = { game, rooms: tables.size, people: 0, bots: 0, free: 0 };
  for (const { state } of tables)
    for (const { account, bot } of state.seats)
      seated[account !== '' ? 'people' : bot !== '' ? 'bots' : 'free']++;
  return seated;
}
