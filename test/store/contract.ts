/** What every MatchStore promises (src/store/SPEC.md). An adapter's test gives it a backend. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Published } from '../../src/events/event-stream.ts';
import type { Claim, CommitStatus, MatchStore } from '../../src/store/match-store.ts';
import { commitOf, entriesAfter, entry, eventOf, newMatch } from './support.ts';

/** Longer than any test runs: so a lease ages by the test's clock alone, and a store left behind is a dead process. */
export const LEASE_MS = 60_000;

export interface StoreBackend {
  /** A store as a process of its own would open it, on the data of all others; `now` is its clock. */
  openStore(now: () => number): Promise<MatchStore>;
  /** The records of a match in the stream. */
  readStream(matchId: string): Promise<readonly Published[]>;
  close(): Promise<void>;
}

export function matchStoreContract(openBackend: () => Promise<StoreBackend>): void {
  describe('MatchStore', () => {
    let backend: StoreBackend;
    let store: MatchStore;
    let other: MatchStore;
    let time = 1_000_000;
    const now = () => time;

    beforeAll(async () => {
      backend = await openBackend();
      store = await backend.openStore(now);
      other = await backend.openStore(now);
    });
    afterAll(async () => {
      await store?.close();
      await other?.close();
      await backend?.close();
    });

    async function matchWith(entries: number): Promise<Claim> {
      const claim = await store.create(newMatch({ origin: time }));
      if (entries > 0) expect(await store.commit(commitOf(claim, 0, entries))).toBe('ok');
      return claim;
    }

    describe('matches and claims', () => {
      test('[MS1] a new match has epoch 1 and an empty log', async () => {
        const match = newMatch();
        expect(await store.create(match)).toEqual({
          ...match,
          epoch: 1,
          checkpointN: 0,
          checkpoint: null,
          entries: [],
        });
      });

      test('[MS1] an id that is taken is refused, of a live match and of a removed one', async () => {
        const claim = await matchWith(1);
        await expect(store.create(newMatch({ matchId: claim.matchId }))).rejects.toMatchObject({
          code: 'store/exists',
        });
        await store.remove(claim.matchId, claim.epoch);
        await expect(other.create(newMatch({ matchId: claim.matchId }))).rejects.toMatchObject({
          code: 'store/exists',
        });
      });

      test('[MS1] of many made at once each is answered for itself', async () => {
        const taken = newMatch();
        await store.create(taken);
        const tooLong = newMatch({ tenantId: 'x'.repeat(65) });
        const all = [newMatch(), taken, tooLong, newMatch(), newMatch({ matchId: 'no-id' })];
        const results = await Promise.allSettled(all.map((match) => store.create(match)));
        expect(results.map((r) => (r.status === 'fulfilled' ? r.value.epoch : r.reason.code))).toEqual([
          1,
          'store/exists',
          'store/invalid',
          1,
          'store/invalid',
        ]);
      });

      test('[MS2] a claim brings the match and its whole log', async () => {
        const match = newMatch({ version: 'sha256:1/kernel:2' });
        const first = await store.create(match);
        await store.commit(commitOf(first, 0, 2));
        await store.commit(commitOf(first, 2, 1));
        expect(await store.claim(match.matchId)).toEqual({
          ...match,
          epoch: 2,
          checkpointN: 0,
          checkpoint: null,
          entries: entriesAfter(0, 3),
        });
      });

      test('[MS2] entries come back as they were given', async () => {
        const claim = await matchWith(0);
        const entries = [
          { n: 1, t: 0, type: 'create', seat: null, data: { text: 'line\nfeed \u0000 \\ " {},é🂡' } },
          { n: 2, t: 7, type: 'bid', seat: 0, id: 'a', data: [null, 1.5, -3, true, '', {}] },
          { n: 3, t: 2 ** 40, type: 'pass', seat: 3, data: null },
        ];
        expect(await store.commit({ ...commitOf(claim, 0), entries })).toBe('ok');
        expect((await store.claim(claim.matchId))?.entries).toEqual(entries);
      });

      test('[MS2] there is nothing to claim where there is no match', async () => {
        const removed = await matchWith(1);
        await store.remove(removed.matchId, removed.epoch);
        const ids = [randomUUID(), removed.matchId, 'x', '', '{"},1', 'A'.repeat(36)];
        expect(await Promise.all(ids.map((id) => store.claim(id)))).toEqual(ids.map(() => null));
      });

      test('[MS2] a malformed id among many keeps no other from its claim', async () => {
        const claims = await Promise.all([matchWith(1), matchWith(2)]);
        const ids = [claims[0]!.matchId, "');drop", claims[1]!.matchId];
        const claimed = await Promise.all(ids.map((id) => other.claim(id)));
        expect(claimed.map((claim) => claim?.entries.length)).toEqual([1, undefined, 2]);
      });

      test('[MS31] a look tells what a match is, and takes it from nobody', async () => {
        const match = newMatch({ version: 'sha256:1/kernel:2' });
        const claim = await store.create(match);
        const { tenantId, game, version } = match;
        expect(await other.look(match.matchId)).toEqual({ tenantId, game, version });
        expect(await store.commit(commitOf(claim, 0))).toBe('ok');
        await store.remove(match.matchId, claim.epoch);
        for (const id of [match.matchId, randomUUID(), 'x', '']) expect(await other.look(id)).toBeNull();
      });

      test('[MS3] a claim brings the checkpoint and the entries after it, also amid a commit', async () => {
        const claim = await matchWith(4);
        await store.commit(commitOf(claim, 4, 4));
        for (const n of [0, 3, 4, 6, 8]) {
          const state = new Uint8Array([n, 255, 0]);
          expect(await store.checkpoint(claim.matchId, (await holder(claim)).epoch, n, state)).toBe('ok');
          const next = await store.claim(claim.matchId);
          expect([...next!.checkpoint!]).toEqual([...state]);
          expect(next!.checkpointN).toBe(n);
          expect(next!.entries).toEqual(entriesAfter(n, 8 - n));
        }
      });

      test('[MS4] of claims at once each gets another epoch, and only the highest commits', async () => {
        const { matchId } = await matchWith(1);
        const stores = [store, other, store, other, store];
        const claims = await Promise.all(stores.map((s) => s.claim(matchId)));
        const epochs = claims.map((claim) => claim!.epoch);
        expect(epochs.toSorted()).toEqual([2, 3, 4, 5, 6]);
        const statuses = await Promise.all(claims.map((claim, i) => stores[i]!.commit(commitOf(claim!, 1))));
        expect(statuses.map((status, i) => [epochs[i], status]).toSorted()).toEqual([
          [2, 'fenced'],
          [3, 'fenced'],
          [4, 'fenced'],
          [5, 'fenced'],
          [6, 'ok'],
        ]);
      });

      async function holder(claim: Claim): Promise<Claim> {
        return (await store.claim(claim.matchId))!;
      }
    });

    describe('commits', () => {
      test('[MS5] what is committed stands in the log and in the stream', async () => {
        const match = newMatch();
        const claim = await store.create(match);
        await store.commit(commitOf(claim, 0, 2, { events: [eventOf(2)] }));
        const second = (await store.claim(match.matchId))!;
        await store.commit(commitOf(second, 2, 1, { events: [eventOf(3), eventOf(1)] }));
        const at = expect.any(Number);
        const common = { matchId: match.matchId, tenantId: match.tenantId, game: match.game, at };
        expect(await backend.readStream(match.matchId)).toEqual([
          { ...common, epoch: 1, n: 1, entries: entriesAfter(0, 2), events: [eventOf(2)] },
          { ...common, epoch: 2, n: 3, entries: entriesAfter(2, 1), events: [eventOf(3), eventOf(1)] },
        ]);
      });

      test('[MS6] the same commit again is ok and written once', async () => {
        const claim = await matchWith(0);
        const commit = commitOf(claim, 0, 3);
        expect(await Promise.all([store.commit(commit), store.commit(commit)])).toEqual(['ok', 'ok']);
        expect(await store.commit(commit)).toBe('ok');
        expect(await backend.readStream(claim.matchId)).toHaveLength(1);
      });

      test('[MS7] an older epoch is fenced and writes nothing', async () => {
        const zombie = await matchWith(1);
        const heir = (await other.claim(zombie.matchId))!;
        expect(await store.commit(commitOf(zombie, 1))).toBe('fenced');
        expect(await other.commit(commitOf(heir, 1, 2))).toBe('ok');
        expect(await store.commit(commitOf(zombie, 1))).toBe('fenced');
        expect((await other.claim(zombie.matchId))!.entries).toEqual(entriesAfter(0, 3));
      });

      test('[MS7] a match that is gone is fenced, and one that never was', async () => {
        const claim = await matchWith(1);
        await store.remove(claim.matchId, claim.epoch);
        expect(await store.commit(commitOf(claim, 1))).toBe('fenced');
        expect(await store.commit(commitOf({ matchId: randomUUID(), epoch: 1 }, 0))).toBe('fenced');
      });

      test('[MS8] each match of a batch is answered for itself', async () => {
        const [good, fenced, gap, float, malformed, last] = await Promise.all(
          Array.from({ length: 6 }, () => matchWith(1)),
        );
        await other.claim(fenced!.matchId);
        const results = await Promise.allSettled([
          store.commit(commitOf(good!, 1)),
          store.commit(commitOf(fenced!, 1)),
          store.commit(commitOf(gap!, 2)),
          store.commit(commitOf(float!, 1, 1, { wakeAt: 1.5 })),
          store.commit(commitOf({ ...malformed!, matchId: `${malformed!.matchId},{}` }, 1)),
          store.commit(commitOf(last!, 1)),
        ]);
        expect(results.map((r) => (r.status === 'fulfilled' ? r.value : r.reason.code))).toEqual([
          'ok',
          'fenced',
          'store/gap',
          'store/invalid',
          'store/invalid',
          'ok',
        ]);
        for (const claim of [good!, last!])
          expect((await store.claim(claim.matchId))!.entries).toHaveLength(2);
      });

      test('[MS9] a commit or checkpoint that does not follow the log throws', async () => {
        const claim = await matchWith(3);
        await expect(store.commit(commitOf(claim, 4))).rejects.toMatchObject({ code: 'store/gap' });
        await expect(store.commit(commitOf(claim, 1))).rejects.toMatchObject({ code: 'store/gap' });
        await expect(store.checkpoint(claim.matchId, claim.epoch, 4, new Uint8Array())).rejects.toMatchObject(
          { code: 'store/gap' },
        );
        const misnumbered = commitOf(claim, 3, 1, { entries: [entry(5)] });
        await expect(store.commit(misnumbered)).rejects.toMatchObject({ code: 'store/invalid' });
        expect((await store.claim(claim.matchId))!.entries).toHaveLength(3);
      });

      test('[MS10] commits of one match are written in their order', async () => {
        const claims = await Promise.all(Array.from({ length: 5 }, () => matchWith(0)));
        const bases = Array.from({ length: 20 }, (_, base) => base);
        const statuses = await Promise.all(
          bases.flatMap((base) => claims.map((claim) => store.commit(commitOf(claim, base)))),
        );
        expect(new Set(statuses)).toEqual(new Set(['ok']));
        for (const { matchId } of claims)
          expect((await store.claim(matchId))!.entries).toEqual(entriesAfter(0, 20));
      });

      test('[MS11] a commit without entries only sets the time to wake', async () => {
        const claim = await matchWith(1);
        expect(await store.commit(commitOf(claim, 1, 0, { wakeAt: time - 1 }))).toBe('ok');
        await store.release(claim.matchId, claim.epoch);
        expect(await store.due(time, 100)).toContain(claim.matchId);
        expect(await backend.readStream(claim.matchId)).toHaveLength(1);
        const eventsOnly = commitOf(claim, 1, 0, { events: [eventOf(1)] });
        await expect(store.commit(eventsOnly)).rejects.toMatchObject({ code: 'store/invalid' });
      });

      test('[MS13] property: two writers in any order keep one gapless log', async () => {
        const step = fc.record({
          writer: fc.constantFrom(0, 1),
          does: fc.constantFrom('claim', 'commit', 'commit', 'commit', 'repeat', 'checkpoint'),
          count: fc.integer({ min: 0, max: 3 }),
          waits: fc.boolean(),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
            const { matchId } = await store.create(newMatch());
            const writers = [new Writer(store, matchId), new Writer(other, matchId)];
            const pending: Promise<void>[] = [];
            for (const { writer, does, count, waits } of steps) {
              const done = writers[writer]!.step(does, count);
              pending.push(done);
              if (waits) await done;
            }
            await Promise.all(pending);
            const log = await backend.readStream(matchId);
            const entries = log.flatMap((record) => record.entries);
            expect(entries.map(({ n }) => n)).toEqual(entries.map((_, i) => i + 1));
            expect(log.map(({ epoch }) => epoch)).toEqual(
              log.map(({ epoch }) => epoch).toSorted((a, b) => a - b),
            );
            for (const { data } of writers.flatMap((writer) => writer.acknowledged))
              expect(entries.map((e) => e.data)).toContain(data);
            expect(new Set(entries.map((e) => e.data)).size).toBe(entries.length);
            const { checkpointN, entries: rest } = (await store.claim(matchId))!;
            expect(rest).toEqual(entries.slice(checkpointN));
          }),
          { numRuns: 40 },
        );
      });
    });

    describe('checkpoints and ends', () => {
      test('[MS15] a checkpoint never replaces a later one', async () => {
        const claim = await matchWith(5);
        expect(await store.checkpoint(claim.matchId, 1, 4, new Uint8Array([4]))).toBe('ok');
        expect(await store.checkpoint(claim.matchId, 1, 2, new Uint8Array([2]))).toBe('ok');
        const next = (await other.claim(claim.matchId))!;
        expect([next.checkpointN, ...next.checkpoint!]).toEqual([4, 4]);
        expect(await store.checkpoint(claim.matchId, 1, 5, new Uint8Array([5]))).toBe('fenced');
        expect(await store.checkpoint('no-id', 1, 5, new Uint8Array([5]))).toBe('fenced');
        expect((await other.claim(claim.matchId))!.checkpointN).toBe(4);
      });

      test('[MS16] only the holder releases and removes', async () => {
        const zombie = await matchWith(2);
        const heir = (await other.claim(zombie.matchId))!;
        expect(await store.release(zombie.matchId, zombie.epoch)).toBe('fenced');
        expect(await store.remove(zombie.matchId, zombie.epoch)).toBe('fenced');
        expect(await other.release(heir.matchId, heir.epoch)).toBe('ok');
        expect(await other.remove(heir.matchId, heir.epoch)).toBe('ok');
        expect(await store.claim(zombie.matchId)).toBeNull();
        expect(await backend.readStream(zombie.matchId)).toHaveLength(1);
        expect(await store.remove('no-id', 1)).toBe('fenced');
      });
    });

    describe('time and processes', () => {
      test('[MS17] the origin moves by the time that no process was there', async () => {
        const dying = await backend.openStore(now);
        const match = newMatch({ origin: time });
        await dying.create(match);
        time += 60_000;
        expect((await store.claim(match.matchId))!.origin).toBe(match.origin + 60_000);
      });

      test('[MS17] match time never falls behind an entry that came after the last lease', async () => {
        const dying = await backend.openStore(now);
        const match = newMatch({ origin: time });
        const claim = await dying.create(match);
        time += 700;
        await dying.commit(commitOf(claim, 0, 1, { entries: [{ ...entry(1), t: 700 }] }));
        time += 9_000;
        const next = (await store.claim(match.matchId))!;
        expect(time - next.origin).toBe(700);
      });

      test('[MS17] a clock that runs behind moves nothing', async () => {
        const behind = await backend.openStore(() => time - 30_000);
        const { matchId, origin } = await matchWith(1);
        expect((await behind.claim(matchId))!.origin).toBe(origin);
        await behind.close();
      });

      test('[MS18] time goes on for a released match, and for one that its own process claims again', async () => {
        const released = await matchWith(1);
        const reopened = await matchWith(1);
        await store.release(released.matchId, released.epoch);
        time += 60_000;
        expect((await other.claim(released.matchId))!.origin).toBe(released.origin);
        expect((await store.claim(reopened.matchId))!.origin).toBe(reopened.origin);
      });

      test('[MS19] due are the matches that nobody living holds, the longest due first', async () => {
        const dying = await backend.openStore(now);
        const [late, early, notYet, never] = await Promise.all(
          Array.from({ length: 4 }, () => dying.create(newMatch())),
        );
        const wakes: [Claim, number | null][] = [
          [late!, time + 200],
          [early!, time + 100],
          [notYet!, time + 90_000],
          [never!, null],
        ];
        for (const [claim, wakeAt] of wakes) await dying.commit(commitOf(claim, 0, 1, { wakeAt }));
        const ours = wakes.map(([{ matchId }]) => matchId);
        const due = async () => (await store.due(time, 1000)).filter((id) => ours.includes(id));

        time += 1_000;
        expect(await due()).toEqual([]);
        time += LEASE_MS - 1_000;
        expect(await due()).toEqual([]);
        time += 1;
        expect(await due()).toEqual([early!.matchId, late!.matchId]);
        expect(await store.due(early!.origin, 1000)).not.toContain(early!.matchId);

        await store.claim(early!.matchId);
        expect(await due()).toContain(late!.matchId);
      });

      test('[MS19] a limit takes those that are due the longest', async () => {
        const claims = await Promise.all(Array.from({ length: 4 }, () => matchWith(0)));
        for (const [i, claim] of claims.entries()) {
          await store.commit(commitOf(claim, 0, 1, { wakeAt: -i }));
          await store.release(claim.matchId, claim.epoch);
        }
        expect(await store.due(0, 2)).toEqual([claims[3]!.matchId, claims[2]!.matchId]);
      });

      test('[MS20] close writes what waits and releases what is held', async () => {
        const closing = await backend.openStore(now);
        const held = await closing.create(newMatch({ origin: time }));
        const lost = await closing.create(newMatch());
        await other.claim(lost.matchId);
        const answers: CommitStatus[] = [];
        for (let base = 0; base < 20; base++)
          void closing
            .commit(commitOf(held, base, 1, { wakeAt: time }))
            .then((status) => answers.push(status));
        await closing.close();
        expect(answers).toEqual(Array.from({ length: 20 }, () => 'ok'));
        const due = await store.due(time, 1000);
        expect(due).toContain(held.matchId);
        time += 60_000;
        expect(await store.claim(held.matchId)).toMatchObject({
          origin: held.origin,
          entries: entriesAfter(0, 20),
        });
        await expect(closing.commit(commitOf(held, 20))).rejects.toMatchObject({ code: 'store/closed' });
        await expect(closing.claim(held.matchId)).rejects.toMatchObject({ code: 'store/closed' });
        await closing.close();
      });
    });
  });
}

let serial = 0;

/** A host of one match that trusts only what the store answers. Every entry's data is one of a kind. */
class Writer {
  readonly acknowledged: { readonly data: unknown }[] = [];
  readonly #store: MatchStore;
  readonly #matchId: string;
  #claim: { readonly epoch: number; n: number } | null = null;
  #last: (() => Promise<unknown>) | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(store: MatchStore, matchId: string) {
    this.#store = store;
    this.#matchId = matchId;
  }

  /** One after the other for this writer, whatever the other one does meanwhile. */
  step(does: 'claim' | 'commit' | 'repeat' | 'checkpoint', count: number): Promise<void> {
    this.#turn = this.#turn.then(() => this.#do(does, count));
    return this.#turn;
  }

  async #do(does: 'claim' | 'commit' | 'repeat' | 'checkpoint', count: number): Promise<void> {
    if (does === 'claim') await this.#takeOver();
    else if (does === 'repeat') await this.#last?.();
    else if (!this.#claim) return;
    else if (does === 'checkpoint') await this.#checkpoint(this.#claim);
    else await this.#commit(this.#claim, count);
  }

  async #takeOver(): Promise<void> {
    const claim = (await this.#store.claim(this.#matchId))!;
    const n = claim.checkpointN + claim.entries.length;
    if (n > claim.checkpointN && claim.entries.at(-1)?.n !== n)
      throw new Error(`a claim with a gap before ${n}`);
    this.#claim = { epoch: claim.epoch, n };
    this.#last = undefined;
  }

  async #checkpoint({ epoch, n }: { epoch: number; n: number }): Promise<void> {
    await this.#store.checkpoint(this.#matchId, epoch, n, new Uint8Array([n]));
  }

  async #commit(claim: { readonly epoch: number; n: number }, count: number): Promise<void> {
    const base = claim.n;
    const entries = Array.from({ length: count }, (_, i) => entry(base + 1 + i, ++serial));
    const commit = { matchId: this.#matchId, epoch: claim.epoch, base, entries, events: [], wakeAt: null };
    const status = await this.#store.commit(commit);
    if (status === 'ok') {
      claim.n += count;
      this.acknowledged.push(...entries);
      this.#last = () => this.#store.commit(commit);
    } else this.#claim = null;
  }
}
