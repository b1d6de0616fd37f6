import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areApart, type Fault, type FaultKind, makePlan } from '../../chaos/plan.ts';

const durationMs = 120_000;
const plan = (seed: number): Fault[] => makePlan({ seed, durationMs, processes: 3 });
const seeds = fc.nat(999_999_999);
const end = ({ at, lastsMs }: Fault): number => at + lastsMs;

describe('the plan', () => {
  test('[CH1] the same seed gives the same plan, another another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  test('[CH1] faults are numbered, in order, and over when the time is', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const faults = plan(seed);
        expect(faults.map(({ number }) => number)).toEqual(faults.map((_, i) => i + 1));
        expect(faults.toSorted((a, b) => a.at - b.at)).toEqual(faults);
        expect(faults.every((fault) => end(fault) <= durationMs)).toBe(true);
        expect(faults.length).toBeGreaterThan(15);
      }),
    );
  });

  test('[CH2] a target has one fault at a time', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        for (const faults of Map.groupBy(plan(seed), ({ target }) => target).values())
          for (const [i, fault] of faults.entries())
            if (i > 0) expect(fault.at).toBeGreaterThan(end(faults[i - 1]!));
      }),
    );
  });

  test('[CH2] Redis keeps its data while a move may be nowhere else', () => {
    const takes: readonly FaultKind[] = ['kill', 'stop', 'postgres restart'];
    let both = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const faults = plan(seed);
        const losses = faults.filter(({ kind }) => kind === 'redis loses all');
        const kills = faults.filter(({ kind }) => takes.includes(kind));
        for (const loss of losses)
          for (const kill of kills) {
            both++;
            const isBefore = kill.at < loss.at;
            const gap = isBefore ? loss.at - end(kill) : kill.at - end(loss);
            expect(gap).toBeGreaterThan(isBefore && kill.kind === 'kill' ? 20_000 : 10_000);
          }
      }),
    );
    expect(both).toBeGreaterThan(100);
  });

  test('[CH2] what happens to different targets may overlap', () => {
    const fault = { number: 1, at: 0, lastsMs: 5_000 };
    const kill: Fault = { ...fault, kind: 'kill', target: 'process 1' };
    expect(areApart(kill, { ...kill, target: 'process 2' })).toBe(true);
    expect(areApart(kill, { ...kill, at: 5_100 })).toBe(false);
    expect(areApart(kill, { ...fault, kind: 'redis restart', target: 'redis' })).toBe(true);
    expect(areApart(kill, { ...fault, kind: 'redis loses all', target: 'redis' })).toBe(false);
  });

  test('[CH3] every kind of fault occurs, on each process', () => {
    const faults = Array.from({ length: 20 }, (_, seed) => plan(seed)).flat();
    const kinds = new Set(faults.map(({ kind }) => kind));
    expect(kinds.size).toBe(11);
    const targets = new Set(faults.map(({ target }) => target));
    expect([...targets].toSorted()).toEqual(
      ['nats', 'network', 'postgres', 'process 1', 'process 2', 'process 3', 'redis'].toSorted(),
    );
  });
});
