/** What every engine keeps (src/match/SPEC.md, E1 to E7), whatever its game and however it runs. */
import { describe, expect, test } from 'vitest';
import type {
  Engine,
  Entry,
  Followed,
  Handled,
  Input,
  MatchEvent,
  MatchSetup,
  Outcome,
} from '../../src/match/engine.ts';

export interface EngineCase {
  readonly name: string;
  make(): Engine;
  readonly setup: MatchSetup;
  /** A course of inputs that makes entries, refusals among them; at least 8, and the last makes an entry. */
  readonly inputs: readonly Input[];
  /** An input that the engine fails on, if it has one. */
  readonly fatal?: Input;
}

export function engineContract({ name, make, setup, inputs, fatal }: EngineCase): void {
  const create: Entry = { n: 1, t: 0, type: 'create', seat: null, data: setup };

  /** Plays inputs in batches of these sizes (the last one repeats); gives the log, outcomes and engine. */
  async function play(sizes: readonly number[], given = inputs) {
    const engine = make();
    await engine.open(null, [create]);
    const log: Entry[] = [create];
    const outcomes: Outcome[] = [];
    const events: MatchEvent[] = [];
    let last: Handled | undefined;
    for (let at = 0, i = 0; at < given.length; at += sizes[i]!, i = Math.min(i + 1, sizes.length - 1)) {
      last = await engine.handle(given.slice(at, at + sizes[i]!));
      log.push(...last.entries);
      outcomes.push(...last.outcomes);
      events.push(...last.events);
    }
    return { engine, log, events, outcomes, standing: standingOf(last!) };
  }

  const standingOf = ({ n, wakeAt, result }: Pick<Handled, 'n' | 'wakeAt' | 'result'>) => ({
    n,
    wakeAt,
    result,
  });
  const reopen = async (log: readonly Entry[], checkpoint: Uint8Array | null = null) => {
    const engine = make();
    return { engine, standing: standingOf(await engine.open(checkpoint, log)) };
  };

  describe(`engine: ${name}`, () => {
    test('[E1] entries are numbered without gaps and their time never falls', async () => {
      const { engine, log } = await play([1]);
      expect(log.length).toBeGreaterThan(4);
      log.forEach((entry, i) => {
        expect(entry.n).toBe(i + 1);
        expect(entry.t).toBeGreaterThanOrEqual(log[i - 1]?.t ?? 0);
      });
      await engine.close();
    });

    test('[E2] another engine folds the log to the same standing and views', async () => {
      const { engine, log, standing } = await play([1]);
      const other = await reopen(log);
      expect(other.standing).toEqual(standing);
      for (const seat of [null, 0]) expect(await other.engine.view(seat)).toEqual(await engine.view(seat));
      await Promise.all([engine.close(), other.engine.close()]);
    });

    test('[E3] a checkpoint taken anywhere has the same future as the log', async () => {
      for (let at = 1; at < inputs.length; at++) {
        const { engine, log } = await play([1], inputs.slice(0, at));
        const saved = await reopen([], await engine.checkpoint());
        const [live, revived] = [
          await engine.handle(inputs.slice(at)),
          await saved.engine.handle(inputs.slice(at)),
        ];
        expect(revived).toEqual(live);
        expect(log.at(-1)!.n + live.entries.length).toBe(live.n);
        await Promise.all([engine.close(), saved.engine.close()]);
      }
    });

    test('[E4] the same inputs give the same entries however they are cut into batches', async () => {
      const whole = await play([inputs.length]);
      for (const sizes of [[1], [2], [3, 1], [1, 4, 2]]) {
        const cut = await play(sizes);
        expect(cut.log).toEqual(whole.log);
        expect(cut.outcomes).toEqual(whole.outcomes);
        await cut.engine.close();
      }
      await whole.engine.close();
    });

    test('[E5] each input has its outcome; refused ones make no entry and have a code', async () => {
      const { engine, outcomes } = await play([1]);
      expect(outcomes).toHaveLength(inputs.length);
      expect(outcomes.filter(({ ok }) => !ok).length).toBeGreaterThan(0);
      await engine.close();
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.ok) continue;
        expect(outcome.code).toMatch(/^[a-z]+\/[a-z_]+$/);
        const before = await play([1], inputs.slice(0, i + 1));
        const without = await play([1], inputs.slice(0, i));
        expect(before.log).toEqual(without.log);
        expect(await before.engine.checkpoint()).toEqual(await without.engine.checkpoint());
        await Promise.all([before.engine.close(), without.engine.close()]);
      }
    });

    test('[E7] a log that is followed gives its standing, views and events, however it is cut', async () => {
      const { engine, log, events, standing } = await play([1]);
      for (const size of [1, 3, log.length]) {
        const follower = make();
        const followed: MatchEvent[] = [];
        let last: Followed | undefined;
        for (let at = 0; at < log.length; at += size) {
          last = await follower.follow(log.slice(at, at + size));
          followed.push(...last.events);
        }
        expect(standingOf(last!)).toEqual(standing);
        for (const seat of [null, 0]) expect(await follower.view(seat)).toEqual(await engine.view(seat));
        expect(followed.map(({ t: _t, ...rest }) => rest)).toEqual(events.map(({ t: _t, ...rest }) => rest));
        await follower.close();
      }
      await engine.close();
    });

    if (fatal)
      test('[E6] a fault harms no other engine, and one opened from the log goes on', async () => {
        const [doomed, neighbour] = [
          await play([1], inputs.slice(0, 4)),
          await play([1], inputs.slice(0, 4)),
        ];
        await expect((async () => doomed.engine.handle([fatal!]))()).rejects.toThrow();
        const revived = await reopen(doomed.log);
        const rest = inputs.slice(4);
        expect((await revived.engine.handle(rest)).entries).toEqual(
          (await neighbour.engine.handle(rest)).entries,
        );
        await Promise.all([doomed.engine.close(), neighbour.engine.close(), revived.engine.close()]);
      });
  });
}
