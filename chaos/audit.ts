/** Holds every match that was played against its log, history, moments and the stream. */
import { isDeepStrictEqual } from 'node:util';
import { games } from '../rooms/index.ts';
import { type Database, openDatabase } from '../src/database/database.ts';
import { entities } from '../src/database/entities.ts';
import { openNatsEventStream } from '../src/events/nats-event-stream.ts';
import { openEventStream } from '../src/events/postgres-event-stream.ts';
import type { EventStream, Published } from '../src/events/event-stream.ts';
import { createHistory, type History } from '../src/history/history.ts';
import type { Entry } from '../src/match/engine.ts';
import type { Game } from '../src/match/game.ts';
import { detect } from '../src/match/moment-rules.ts';
import { mirrorTable } from '../src/match/table.ts';
import type { TableView } from '../src/match/table-engine.ts';
import { verifyLog } from '../src/replays/verify.ts';
import { checkAnswers, checkRecords, firstDifference } from './checks.ts';
import { type Played, tenantId } from './load.ts';

/** What must not be: lists of what was found, empty when all is well. */
export interface Findings {
  /** Acknowledged moves of turn-based games that are not in the log. */
  readonly lost: string[];
  readonly twice: string[];
  readonly forked: string[];
  /** A client shows another end than a fold of the log. */
  readonly states: string[];
  /** Not exactly once in history, or not as a fold of the log is. */
  readonly history: string[];
  readonly moments: string[];
  /** The stream is not complete. */
  readonly stream: string[];
  /** Matches that are over and still in the store. */
  readonly leftovers: string[];
}

export interface Audited {
  readonly findings: Findings;
  readonly acknowledged: number;
  readonly refused: number;
  readonly entries: number;
  readonly momentsFound: number;
  /** Inputs of tick-based games that were answered, and not in the log: 250 ms of them may go with a process. */
  readonly inputsLost: number;
  /** Claims after the first: how often matches have moved. */
  readonly takeovers: number;
}

const noFindings = (): Findings => ({
  lost: [],
  twice: [],
  forked: [],
  states: [],
  history: [],
  moments: [],
  stream: [],
  leftovers: [],
});

/**
 * One that is over is looked after at its time to wake, where its process has not: that has come, or never will. A process
 * that lives holds it as long as one of its clients is there.
 */
const FORGOTTEN = `
  select count(*) from live_match m
  left join process_lease l on l.id = m.owner and l.seen_at > (extract(epoch from now()) - 10) * 1000
  where m.match_id = $1 and l.id is null and coalesce(m.wake_at, 0) < (extract(epoch from now()) - 20) * 1000`;

export class Auditor {
  readonly #database: Database;
  readonly #local: EventStream;
  readonly #nats: EventStream;
  readonly #history: History;

  private constructor(database: Database, natsUrl: string) {
    this.#database = database;
    this.#local = openEventStream({ sql: database.sql });
    this.#nats = openNatsEventStream({ url: natsUrl, sql: database.sql });
    this.#history = createHistory({ database, stream: this.#local });
  }

  static async open(databaseUrl: string, natsUrl: string): Promise<Auditor> {
    return new Auditor(await openDatabase({ url: databaseUrl, entities }), natsUrl);
  }

  async audit(played: readonly Played[]): Promise<Audited> {
    const findings = noFindings();
    const totals = { acknowledged: 0, refused: 0, entries: 0, momentsFound: 0, inputsLost: 0, takeovers: 0 };
    for (const match of played) {
      const one = await this.#match(match, findings);
      for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += one[name];
    }
    return { findings, ...totals };
  }

  async close(): Promise<void> {
    await this.#nats.close();
    await this.#local.close();
    await this.#database.close();
  }

  async #match(match: Played, findings: Findings): Promise<Omit<Audited, 'findings'>> {
    const { matchId, game: name, clients } = match;
    const game = games.find((one) => one.name === name)!;
    const note = (list: string[]) => (problem: string) => void list.push(`${name} ${matchId}: ${problem}`);
    const records = await this.#local.read(matchId);
    const log = records.flatMap(({ entries }) => entries);
    checkRecords(records).forEach(note(findings.forked));
    const answers = clients.flatMap((client) => client.answers);
    const { acknowledged, lost, twice } = checkAnswers(answers, log, name !== 'tetris');
    twice.forEach(note(findings.twice));
    if (name !== 'tetris') lost.forEach(note(findings.lost));
    await attempt(note(findings.states), () => checkStates(game, match, log));
    await attempt(note(findings.history), () => this.#checkHistory(game, match, log));
    await attempt(note(findings.stream), () => this.#checkStream(matchId, records));
    const moments = await this.#local.readMoments(matchId);
    await attempt(note(findings.moments), () => this.#checkMoments(game, matchId, records));
    if ((await this.#count(FORGOTTEN, matchId)) > 0)
      note(findings.leftovers)('it is over, and nobody will take it from the store');
    return {
      acknowledged,
      refused: answers.length - acknowledged,
      entries: log.length,
      momentsFound: moments.length,
      inputsLost: name === 'tetris' ? lost.length : 0,
      takeovers: (records.at(-1)?.epoch ?? 1) - 1,
    };
  }

  async #checkHistory(game: Game, { matchId, clients }: Played, log: readonly Entry[]): Promise<string[]> {
    const rows = await this.#count('select count(*) from matches where id = $1 or room_id = $1', matchId);
    const players = await this.#count('select count(*) from match_players where match_id = $1', matchId);
    const replays = await this.#count('select count(*) from match_replay where match_id = $1', matchId);
    if (rows !== 1 || players !== clients.length || replays !== 1)
      return [`${rows} rows, of ${players} players, with ${replays} replays`];
    const recorded = await this.#history.log(tenantId, matchId);
    const problems: string[] = [];
    if (!isDeepStrictEqual(recorded.entries.map(withoutId), log.map(withoutId)))
      problems.push(
        `the record has another log: ${recorded.entries.length} entries instead of ${log.length}`,
      );
    const verdict = await verifyLog(game.engines[recorded.header.version]!(), recorded);
    if (verdict.ok !== true) problems.push(verdict.ok === false ? verdict.flaw : 'there is no play');
    return problems;
  }

  async #checkStream(matchId: string, records: readonly Published[]): Promise<string[]> {
    const published = await this.#nats.read(matchId);
    const parts = (all: readonly Published[]) =>
      all.map(({ epoch, n, entries, events }) => ({ epoch, n, entries, events }));
    return isDeepStrictEqual(parts(published), parts(records))
      ? []
      : [`NATS has ${published.length} records, and the database ${records.length}, or others`];
  }

  async #checkMoments(game: Game, matchId: string, records: readonly Published[]): Promise<string[]> {
    const events = records.flatMap((record) => record.events);
    const expected = game.moments ? detect(game.moments, events) : [];
    const problems: string[] = [];
    for (const [where, stream] of Object.entries({ database: this.#local, NATS: this.#nats })) {
      const found = await stream.readMoments(matchId);
      const parts = found.map(({ type, seat, n, t, data }) => ({ type, seat, n, t, data }));
      if (!isDeepStrictEqual(parts, expected.map(partsOf)))
        problems.push(`${where} has ${found.length} moments, and the log ${expected.length}, or others`);
    }
    return problems;
  }

  async #count(text: string, matchId: string): Promise<number> {
    const [row] = await this.#database.sql.query<{ count: string }>(text, [matchId]);
    return Number(row!.count);
  }
}

/** What each client shows in the end against what a fold of the whole log shows to its seat. */
async function checkStates(game: Game, { clients }: Played, log: readonly Entry[]): Promise<string[]> {
  const { version } = log[0]!.data as { version: string };
  const engine = game.engines[version]!();
  try {
    const { result } = await engine.follow(log);
    if (!result) return ['its log has no result'];
    const view = (await engine.view(null)) as TableView<never>;
    const views = await Promise.all(clients.map((_, seat) => engine.view(seat)));
    const table = game.table.make(clients.length);
    mirrorTable(table, view, { origin: 0, isOver: true }, new Map());
    game.table.mirror(
      table,
      (seat) => (seat === null ? view : (views[seat] as TableView<never>)),
      () => true,
    );
    const folded = table.toJSON();
    return clients.flatMap(({ state, account, seat }) => {
      const difference = firstDifference(state.toJSON(), folded, seat);
      return difference === null ? [] : [`${account} shows ${difference}`];
    });
  } finally {
    await engine.close();
  }
}

/** What can't be looked at is a finding too. */
async function attempt(note: (problem: string) => void, check: () => Promise<string[]>): Promise<void> {
  try {
    (await check()).forEach(note);
  } catch (error) {
    note((error as Error).message);
  }
}

const withoutId = ({ n, t, type, seat, data }: Entry) => ({ n, t, type, seat, data });
const partsOf = ({ type, seat, n, t, data }: ReturnType<typeof detect>[number]) => ({
  type,
  seat,
  n,
  t,
  data,
});
