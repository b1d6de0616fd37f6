/**
 * A match: hosts an engine through one mailbox. Commands, seat changes, deadlines and ticks are handled in one order;
 * entries are committed first, and told then. What arrives during a commit waits for it and is handled as one batch, so
 * that the engine is never ahead of the log by more than what is being committed.
 * A tick-based engine plays on instead and is committed in the background; its result is told when that is committed.
 */
import type { Claim, CommitStatus, MatchStore } from '../store/match-store.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { Clock } from './clock.ts';
import { commitUntilAnswered } from './commit.ts';
import { CommitBehind } from './commit-behind.ts';
import type { Engine, Handled, Input, MatchEvent, Outcome, Result, SeatChange, Standing } from './engine.ts';
import type { MatchObserver } from './observer.ts';
import { Outcomes } from './outcomes.ts';
import { type Pending, tellHandled } from './pending.ts';
import { beatOf } from './ticks.ts';

export interface MatchHost {
  readonly store: MatchStore;
  readonly clock: Clock;
  readonly observer: MatchObserver;
  /** A new engine of the match's game and version. */
  engine(game: string, version: string): Engine;
  /** Called after a commit and before its outcomes are answered: the time to mirror and to patch. */
  told(told: Told): void;
  /** The claim is gone: throw the room away; clients come back, and the match is claimed anew. */
  lost(reason: string): void;
  /** A fault that the match survived, for the log. */
  fault(error: unknown): void;
}

/** What may be told. Of a turn-based match all of it is in the log; of a tick-based one it will be within 250 ms, and the result is. */
export interface Told {
  readonly events: readonly MatchEvent[];
  readonly n: number;
  readonly result: Result | null;
}

type Refused = Extract<Outcome, { readonly ok: false }>;

const entriesPerCheckpoint = 128;
const backgroundCommitMs = 250;
const longestMailbox = 1_000;
/** After its result a match is woken once more, should the process die before it is in history. */
const recordWithinMs = 60_000;

const busy: Refused = {
  ok: false,
  code: 'match/busy',
  message: 'too much is waiting in this match; try again',
};
const faulted: Outcome = {
  ok: false,
  code: 'match/fault',
  message: 'the game failed on this; the match goes on from before it',
};
const moved: Refused = {
  ok: false,
  code: 'match/moved',
  message: 'the match has moved; reconnect and send it again',
};

export class Match {
  readonly #host: MatchHost;
  #claim: Claim;
  #engine!: Engine;
  #standing: Standing = { n: 0, wakeAt: null, result: null };
  #committedResult: Result | null = null;
  #outcomes = new Outcomes();
  #mailbox: Pending[] = [];
  #inFlight = new Map<string, Promise<Outcome>>();
  #behind: CommitBehind | null = null;
  #isRunning = false;
  #isClosed = false;
  #lastT = 0;
  #committedN = 0;
  #ticks = 0;
  #checkpointN = 0;
  #wakesAt: number | null = null;
  #cancelWake: () => void = () => {};
  #stopTicks: () => void = () => {};

  private constructor(host: MatchHost, claim: Claim) {
    this.#host = host;
    this.#claim = claim;
  }

  /** Goes on with a claimed match: folds checkpoint and entries, and waits for its next deadline. */
  static async open(host: MatchHost, claim: Claim): Promise<Match> {
    const match = new Match(host, claim);
    await match.#open();
    match.#schedule();
    return match;
  }

  /** Lets a tick-based match run: from its beginning at once, after a revival when its players are back. */
  start(): void {
    const { hz } = this.#engine;
    if (hz === undefined || this.#isClosed) return;
    this.#stopTicks();
    this.#stopTicks = beatOf(this.#host.clock, hz).join(() => this.#tick(hz));
  }

  get claim(): Claim {
    return this.#claim;
  }

  /** The committed result, or null while the match goes on. */
  get result(): Result | null {
    return this.#committedResult;
  }

  /** Log position of what has been told. */
  get n(): number {
    return this.#standing.n;
  }

  /** Log position of what is committed; of a turn-based match that is what has been told. */
  get committedN(): number {
    return this.#committedN;
  }

  /** Whether it moves by itself. */
  get isTickBased(): boolean {
    return this.#engine.hz !== undefined;
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
  submit(input: Input, seen: Pick<Pending, 'arrivedAt' | 'traceparent'> = {}): Promise<Outcome> {
    if (this.#isClosed) return Promise.resolve(this.#refused(input, moved));
    if (this.#mailbox.length >= longestMailbox) return Promise.resolve(this.#refused(input, busy));
    return new Promise<Outcome>((done) => this.#put({ input, done, ...seen }));
  }

  /** A command of a seat. The same id again gets the same outcome, and has no effect. */
  command(seat: number, id: string, name: string, payload: unknown, traceparent?: string): Promise<Outcome> {
    const known = this.#outcomes.get(seat, id);
    if (known) return Promise.resolve(known);
    const key = `${seat} ${id}`;
    const waiting = this.#inFlight.get(key);
    if (waiting) return waiting;
    const input: Input = { kind: 'command', t: this.t, seat, id, name, payload };
    const outcome = this.submit(input, { arrivedAt: this.#host.observer.now(), traceparent });
    this.#inFlight.set(key, outcome);
    void outcome.then(() => this.#inFlight.delete(key));
    return outcome;
  }

  /** The room has refused a command: nothing of it comes here. */
  refused(code: string): void {
    this.#host.observer.refused(this.#claim.game, code);
  }

  seat(change: SeatChange): Promise<Outcome> {
    return this.submit({ kind: 'seat', t: this.t, change });
  }

  /** Stops. `release` gives the match back to the store, `remove` ends it for good, `drop` does neither: the claim is lost. */
  async close(how: 'release' | 'remove' | 'drop'): Promise<CommitStatus> {
    this.#stopTicks();
    if (how !== 'drop') await this.#behind?.flushAll();
    this.#stop();
    await this.#engine.close();
    const { matchId, epoch } = this.#claim;
    if (how === 'drop') return 'ok';
    return how === 'remove'
      ? this.#host.store.remove(matchId, epoch)
      : this.#host.store.release(matchId, epoch);
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
    this.#committedN = this.#standing.n;
    this.#committedResult = this.#standing.result;
    this.#cancelWake();
    this.#wakesAt = null;
    this.#behind = this.#engine.hz === undefined ? null : this.#commitBehind();
  }

  #put(pending: Pending): void {
    this.#mailbox.push(pending);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#mailbox.length > 0 && !this.#isClosed) {
      const batch = this.#mailbox.splice(0);
      try {
        await this.#handle(batch);
      } catch (error) {
        await this.#recover(batch, error);
      }
    }
    this.#isRunning = false;
    if (this.#isClosed) this.#refuseAll(this.#mailbox.splice(0), moved);
  }

  async #handle(batch: readonly Pending[]): Promise<void> {
    const { observer } = this.#host;
    const beganAt = observer.now();
    const handling = this.#engine.handle(batch.map(({ input }) => input));
    const handled = handling instanceof Promise ? await handling : handling;
    const ruledAt = observer.now();
    if (this.#behind) {
      this.#behind.add(handled);
      // where nothing moves, as in the lobby, there is time: who is told that it sits does not lose its seat
      if (!handled.isMoving && !handled.result) {
        this.#stand(handled);
        await this.#behind.flushAll();
      }
      if (this.#isClosed) return this.#refuseAll(batch, moved);
    } else {
      const status = await this.#commit(handled, handled);
      if (status !== 'ok') return this.#lose(batch, status);
    }
    const committedAt = this.#behind ? ruledAt : observer.now();
    this.#tell(handled);
    batch.forEach((pending, i) => this.#answer(pending, handled.outcomes[i]!));
    this.#schedule();
    tellHandled(observer, this.#claim, batch, handled, { beganAt, ruledAt, committedAt });
  }

  #stand({ n, wakeAt, result, isMoving = false }: Standing): void {
    this.#standing = { n, wakeAt, result, isMoving };
  }

  #tell(handled: Handled): void {
    const { entries, events, n, result, isMoving = false } = handled;
    this.#stand(handled);
    if (!this.#behind) this.#isCommitted(n);
    if (entries.length > 0 || isMoving) this.#host.told({ events, n, result: this.#committedResult });
    if (n - this.#checkpointN >= entriesPerCheckpoint && !this.#behind) void this.#saveCheckpoint();
    if (result && !this.#committedResult) setImmediate(() => void this.#behind?.flushAll());
  }

  /** Entries up to `n` are in the log; the result is once the last of them is. */
  #isCommitted(n: number): void {
    this.#committedN = n;
    if (n === this.#standing.n) this.#committedResult = this.#standing.result;
  }

  #answer({ input, done }: Pending, outcome: Outcome): void {
    if (input.kind === 'command') this.#outcomes.set(input.seat, input.id, outcome);
    done(outcome);
  }

  async #commit(
    { entries, events }: Pick<Handled, 'entries' | 'events'>,
    { wakeAt, result }: Standing,
  ): Promise<CommitStatus> {
    if (entries.length === 0) return 'ok';
    const { matchId, epoch, origin, game } = this.#claim;
    const { store, clock, observer } = this.#host;
    const sentAt = observer.now();
    const wake = result ? clock.now() + recordWithinMs : wakeAt === null ? null : origin + wakeAt;
    const isUrgent = result !== null;
    const commit = { matchId, epoch, base: entries[0]!.n - 1, entries, events, wakeAt: wake, isUrgent };
    const status = await commitUntilAnswered(store, clock, commit, () => this.#isClosed);
    observer.committed({ game, status, entries: entries.length, ms: observer.now() - sentAt });
    return status;
  }

  #tick(hz: number): void {
    if (this.#standing.result) return this.#stopTicks();
    if (!this.#standing.isMoving) return;
    const mark = ++this.#ticks % Math.round((hz * backgroundCommitMs) / 1000) === 0;
    if (this.#mailbox.length < longestMailbox)
      this.#put({ input: { kind: 'tick', t: this.t, mark }, done: () => {} });
    if (mark) void this.#flush();
  }

  async #flush(): Promise<void> {
    const flushing = this.#behind!.flush();
    if (this.#standing.n - this.#checkpointN >= entriesPerCheckpoint) void this.#saveCheckpoint(flushing);
    await flushing;
  }

  #commitBehind(): CommitBehind {
    const { fault } = this.#host;
    return new CommitBehind({
      commit: async (entries, events) => this.#commit({ entries, events }, this.#standing),
      committed: (n) => {
        const before = this.#committedResult;
        this.#isCommitted(n);
        if (this.#committedResult !== before)
          this.#host.told({ events: [], n, result: this.#committedResult });
      },
      lost: (reason) => this.#lose([], reason),
      fault,
    });
  }

  /** Saves the state as it is now, once it is committed (`committed`: when that is). */
  async #saveCheckpoint(committed?: Promise<void>): Promise<void> {
    const { matchId, epoch } = this.#claim;
    const { n } = this.#standing;
    const before = this.#checkpointN;
    this.#checkpointN = n;
    try {
      const taken = this.#engine.checkpoint();
      const engine = taken instanceof Promise ? await taken : taken;
      const state = encodeCheckpoint({ t: this.#lastT, outcomes: this.#outcomes, engine });
      await committed;
      if (this.#committedN >= n) await this.#host.store.checkpoint(matchId, epoch, n, state);
      else this.#checkpointN = before;
    } catch (error) {
      this.#host.fault(error);
    }
  }

  /** The engine failed: nobody has seen what it did, so the match goes on from the store, with another engine. */
  async #recover(batch: readonly Pending[], error: unknown): Promise<void> {
    this.#host.fault(error);
    try {
      await this.#behind?.flushAll();
      if (this.#isClosed) return this.#refuseAll(batch, moved);
      await this.#engine.close();
      const claim = await this.#host.store.claim(this.#claim.matchId);
      if (!claim) return this.#lose(batch, 'gone');
      this.#claim = claim;
      await this.#open();
      // time stood still meanwhile
      this.#mailbox = this.#mailbox.filter(({ input }) => input.kind !== 'tick');
    } catch (again) {
      this.#host.fault(again);
      return this.#lose(batch, 'fault');
    }
    for (const { done } of batch) done(faulted);
    this.#schedule();
    const { observer } = this.#host;
    const at = observer.now();
    const outcomes = batch.map(() => faulted);
    const steps = { beganAt: at, ruledAt: at, committedAt: at };
    tellHandled(observer, this.#claim, batch, { outcomes, entries: [] }, steps);
  }

  #lose(batch: readonly Pending[], reason: string): void {
    this.#refuseAll(batch, moved);
    if (this.#isClosed) return;
    this.#stop();
    this.#host.lost(reason);
  }

  /** Without a word of the rules; what is ruled on is observed with its batch. */
  #refuseAll(batch: readonly Pending[], outcome: Refused): void {
    for (const { input, done } of batch) done(this.#refused(input, outcome));
  }

  #refused(input: Input, outcome: Refused): Refused {
    if (input.kind === 'command') this.refused(outcome.code);
    return outcome;
  }

  #stop(): void {
    this.#isClosed = true;
    this.#cancelWake();
    this.#stopTicks();
  }

  #schedule(): void {
    const { wakeAt, result } = this.#standing;
    if (wakeAt === this.#wakesAt) return;
    this.#wakesAt = wakeAt;
    this.#cancelWake();
    if (wakeAt === null || result || this.#isClosed) return;
    const wake = (): void => {
      this.#wakesAt = null;
      void this.submit({ kind: 'wake', t: Math.max(this.t, wakeAt) });
    };
    this.#cancelWake = this.#host.clock.after(wakeAt - this.t, wake);
  }
}
