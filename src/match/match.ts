/**
 * A match: hosts an engine through one mailbox. Commands, seat changes, deadlines and ticks are handled in one order;
 * entries are committed first, and told then. What arrives during a commit waits for it and is handled as one batch, so
 * the engine's state is never ahead of the log by more than what is being committed.
 * A tick-based engine plays on instead and is committed in the background; its result waits for its commit.
 */
import type { Claim, CommitStatus, MatchStore } from '../store/match-store.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { Clock } from './clock.ts';
import type {
  Engine,
  Entry,
  Handled,
  Input,
  MatchEvent,
  Outcome,
  Result,
  SeatChange,
  Standing,
} from './engine.ts';
import { Outcomes } from './outcomes.ts';

export interface MatchHost {
  readonly store: MatchStore;
  readonly clock: Clock;
  /** A new engine of the match's game and version. */
  engine(game: string, version: string): Engine;
  /** Called after a commit, before the outcomes are answered: the time to mirror and to patch. */
  told(handled: Told): void;
  /** The claim is gone (or the engine can't be opened): throw the room away, clients come back and it is claimed anew. */
  lost(reason: string): void;
  /** A fault that the match survived, for the log. */
  fault(error: unknown): void;
}

/** What may be told: everything in it is in the log (of a tick-based match: will be within 250 ms, but its result is). */
export interface Told {
  readonly events: readonly MatchEvent[];
  readonly n: number;
  readonly result: Result | null;
}

type Pending = { readonly input: Input; readonly done: (outcome: Outcome) => void };
type Command = Input & { kind: 'command' };

const entriesPerCheckpoint = 128;
const backgroundCommitMs = 250;
const longestMailbox = 1_000;
/** After the result the store wakes the match once more, should the process die before it is recorded. */
const recordWithinMs = 60_000;

const busy: Outcome = {
  ok: false,
  code: 'match/busy',
  message: 'too much is waiting in this match; try again',
};
const faulted: Outcome = {
  ok: false,
  code: 'match/fault',
  message: 'the game could not handle this; the match goes on from before it',
};
const gone: Outcome = {
  ok: false,
  code: 'match/moved',
  message: 'the match is claimed elsewhere; reconnect and send it again',
};

export class Match {
  readonly #host: MatchHost;
  #claim: Claim;
  #engine!: Engine;
  #standing: Standing = { n: 0, wakeAt: null, result: null };
  #outcomes = new Outcomes();
  #mailbox: Pending[] = [];
  #inFlight = new Map<string, Promise<Outcome>>();
  #running = false;
  #closed = false;
  #lastT = 0;
  #checkpointN = 0;
  #cancelWake: () => void = () => {};
  #stopTicks: () => void = () => {};
  #unsaved: { entries: Entry[]; events: MatchEvent[] } = { entries: [], events: [] };
  #saving: Promise<void> | null = null;
  #committedResult: Result | null = null;

  private constructor(host: MatchHost, claim: Claim) {
    this.#host = host;
    this.#claim = claim;
  }

  /** Goes on with a claimed match: folds checkpoint and entries, and sets its deadlines. */
  static async open(host: MatchHost, claim: Claim): Promise<Match> {
    const match = new Match(host, claim);
    await match.#open();
    match.#schedule();
    match.#tick();
    return match;
  }

  get claim(): Claim {
    return this.#claim;
  }

  /** The committed result, or null while the match goes on. */
  get result(): Result | null {
    return this.#committedResult;
  }

  get n(): number {
    return this.#standing.n;
  }

  /** Match time now, in milliseconds; never runs backwards. */
  get t(): number {
    this.#lastT = Math.max(this.#lastT, this.#host.clock.now() - this.#claim.origin);
    return this.#lastT;
  }

  view(seat: number | null): unknown {
    return this.#engine.view(seat);
  }

  /** Puts an input into the mailbox; resolves when it is committed and told, or refused. Never rejects. */
  submit(input: Input): Promise<Outcome> {
    if (this.#closed) return Promise.resolve(gone);
    if (this.#mailbox.length >= longestMailbox) return Promise.resolve(busy);
    const outcome = new Promise<Outcome>((done) => this.#mailbox.push({ input, done }));
    if (!this.#running) void this.#run();
    return outcome;
  }

  /** A command of a seat. The same id again gets the same outcome, without effect. */
  command(seat: number, id: string, name: string, payload: unknown): Promise<Outcome> {
    const known = this.#outcomes.get(seat, id);
    if (known) return Promise.resolve(known);
    const key = `${seat} ${id}`;
    const waiting = this.#inFlight.get(key);
    if (waiting) return waiting;
    const outcome = this.submit({ kind: 'command', t: this.t, seat, id, name, payload });
    this.#inFlight.set(key, outcome);
    void outcome.then(() => this.#inFlight.delete(key));
    return outcome;
  }

  seat(change: SeatChange): Promise<Outcome> {
    return this.submit({ kind: 'seat', t: this.t, change });
  }

  /** Stops. `release` gives the match back to the store, `remove` ends it for good; neither where the claim is lost. */
  async close(how: 'release' | 'remove' | 'drop'): Promise<CommitStatus> {
    this.#stop();
    await this.#save();
    await this.#engine.close();
    const { matchId, epoch } = this.#claim;
    if (how === 'drop') return 'ok';
    if (how === 'remove') return this.#host.store.remove(matchId, epoch);
    return this.#host.store.release(matchId, epoch);
  }

  async #open(): Promise<void> {
    const { checkpoint, checkpointN, entries, game, version } = this.#claim;
    const saved = checkpoint && decodeCheckpoint(checkpoint);
    this.#engine = this.#host.engine(game, version);
    this.#outcomes = saved?.outcomes ?? new Outcomes();
    for (const entry of entries) this.#outcomes.fold(entry);
    this.#lastT = entries.at(-1)?.t ?? saved?.t ?? 0;
    this.#checkpointN = checkpointN;
    this.#standing = await this.#engine.open(saved?.engine ?? null, entries);
    this.#committedResult = this.#standing.result;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#mailbox.length > 0 && !this.#closed) {
      const batch = this.#mailbox.splice(0);
      try {
        await this.#handle(batch);
      } catch (error) {
        await this.#recover(batch, error);
      }
    }
    this.#running = false;
    if (this.#closed) this.#refuseAll(this.#mailbox.splice(0), gone);
  }

  async #handle(batch: readonly Pending[]): Promise<void> {
    const handling = this.#engine.handle(batch.map(({ input }) => input));
    const handled = handling instanceof Promise ? await handling : handling;
    const status = this.#engine.hz === undefined ? await this.#commit(handled) : this.#commitLater(handled);
    if (this.#closed || status !== 'ok') return this.#loseClaim(batch, status);
    const before = this.#standing;
    this.#standing = handled;
    if (handled.entries.length > 0 || handled.result !== before.result) this.#tell(handled);
    batch.forEach((pending, i) => this.#answer(pending, handled.outcomes[i]!));
    this.#schedule();
  }

  #tell(handled: Handled): void {
    if (this.#engine.hz === undefined) this.#committedResult = handled.result;
    this.#host.told({ events: handled.events, n: handled.n, result: this.#committedResult });
    if (handled.n - this.#checkpointN >= entriesPerCheckpoint && this.#engine.hz === undefined)
      void this.#saveCheckpoint();
  }

  #answer({ input, done }: Pending, outcome: Outcome): void {
    if (input.kind === 'command') this.#outcomes.set(input.seat, input.id, outcome);
    done(outcome);
  }

  async #commit({ entries, events, wakeAt, result }: Omit<Handled, 'outcomes' | 'n'>): Promise<CommitStatus> {
    if (entries.length === 0) return 'ok';
    const { matchId, epoch, origin } = this.#claim;
    const wall = result ? this.#host.clock.now() + recordWithinMs : wakeAt === null ? null : origin + wakeAt;
    const commit = { matchId, epoch, base: entries[0]!.n - 1, entries, events, wakeAt: wall };
    for (let pause = 50; ; pause = Math.min(2 * pause, 2_000)) {
      const status = await this.#host.store.commit(commit);
      if (status !== 'unknown' || this.#closed) return status;
      await new Promise<void>((resume) => this.#host.clock.after(pause, resume));
    }
  }

  #commitLater(handled: Handled): CommitStatus {
    this.#unsaved.entries.push(...handled.entries);
    this.#unsaved.events.push(...handled.events);
    const ended = handled.result !== null && this.#committedResult === null;
    if (ended) void this.#save();
    return 'ok';
  }

  /** Commits what a tick-based engine has made since the last time. */
  #save(): Promise<void> {
    this.#saving ??= this.#saveNow().finally(() => (this.#saving = null));
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    const { entries, events } = this.#unsaved;
    if (entries.length === 0) return;
    this.#unsaved = { entries: [], events: [] };
    const { wakeAt, result } = this.#standing;
    const status = await this.#commit({ entries, events, wakeAt, result });
    if (status !== 'ok') return this.#loseClaim([], status);
    if (!result || this.#committedResult) return;
    this.#committedResult = result;
    this.#host.told({ events: [], n: this.#standing.n, result });
  }

  async #saveCheckpoint(): Promise<void> {
    const { matchId, epoch } = this.#claim;
    const { n } = this.#standing;
    this.#checkpointN = n;
    try {
      const engine = await this.#engine.checkpoint();
      const state = encodeCheckpoint({ t: this.#lastT, outcomes: this.#outcomes, engine });
      await this.#host.store.checkpoint(matchId, epoch, n, state);
    } catch (error) {
      this.#host.fault(error);
    }
  }

  /** The engine threw: nobody has seen what it did, so the match goes on from the store with another engine. */
  async #recover(batch: readonly Pending[], error: unknown): Promise<void> {
    this.#host.fault(error);
    try {
      await this.#engine.close();
      const claim = await this.#host.store.claim(this.#claim.matchId);
      if (!claim) return this.#loseClaim(batch, 'fenced');
      this.#claim = claim;
      await this.#open();
    } catch (again) {
      this.#host.fault(again);
      return this.#loseClaim(batch, 'fenced');
    }
    this.#refuseAll(batch, faulted);
    this.#schedule();
  }

  #loseClaim(batch: readonly Pending[], status: string): void {
    this.#refuseAll(batch, gone);
    if (this.#closed) return;
    this.#stop();
    this.#host.lost(status);
  }

  #refuseAll(batch: readonly Pending[], outcome: Outcome): void {
    for (const { done } of batch) done(outcome);
  }

  #stop(): void {
    this.#closed = true;
    this.#cancelWake();
    this.#stopTicks();
  }

  #schedule(): void {
    this.#cancelWake();
    const { wakeAt, result } = this.#standing;
    if (wakeAt === null || result || this.#closed) return;
    const wake = (): void => void this.submit({ kind: 'wake', t: Math.max(this.t, wakeAt) });
    this.#cancelWake = this.#host.clock.after(wakeAt - this.t, wake);
  }

  #tick(): void {
    const { hz } = this.#engine;
    if (hz === undefined) return;
    let [ticks, saved] = [0, 0];
    const start = this.t;
    let cancel = () => {};
    const next = (): void => {
      if (this.#closed || this.#standing.result) return;
      void this.submit({ kind: 'tick', t: start + Math.round((++ticks * 1000) / hz) });
      if ((ticks - saved) * 1000 >= backgroundCommitMs * hz) void ((saved = ticks), this.#save());
      cancel = this.#host.clock.after(start + ((ticks + 1) * 1000) / hz - this.t, next);
    };
    cancel = this.#host.clock.after(1000 / hz, next);
    this.#stopTicks = () => cancel();
  }
}
