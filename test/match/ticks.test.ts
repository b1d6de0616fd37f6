import { expect, test } from 'vitest';
import { beatOf } from '../../src/match/ticks.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** A member that counts, and leaves at a number. */
function join(clock: FakeClock, until = Infinity) {
  const member = { ticks: 0, leave: () => {} };
  member.leave = beatOf(clock, 60).join(() => {
    if (++member.ticks >= until) member.leave();
  });
  return member;
}

/** A clock whose timers all fire late, as after a hitch of the process. */
class StuckClock extends FakeClock {
  lateMs = 0;
  override after(ms: number, fire: () => void): () => void {
    return super.after(ms + this.lateMs, fire);
  }
}

test.each([
  [100, 6],
  [240, 14],
  [5_000, 15],
])(
  '[K11] after a hitch of %i ms %i ticks are made up for at once, and then it is even again',
  async (ms, made) => {
    const clock = new StuckClock();
    clock.lateMs = ms;
    const member = join(clock);
    clock.lateMs = 0;
    await clock.advance(ms + 16);
    expect(member.ticks).toBe(0);
    await clock.advance(1);
    expect(member.ticks).toBeGreaterThanOrEqual(made);
    expect(member.ticks).toBeLessThanOrEqual(Math.min(made + 1, 15));
    const before = member.ticks;
    await clock.advance(1_000);
    expect(member.ticks - before).toBe(60);
  },
);

test('[K12] an hour has 216,000 ticks, none more than a millisecond after its time', async () => {
  const clock = new FakeClock();
  const began = clock.now();
  let [ticks, latest] = [0, 0];
  const leave = beatOf(clock, 60).join(() => {
    latest = Math.max(latest, clock.now() - began - (++ticks * 1000) / 60);
  });
  await clock.advance(3_600_000);
  expect(ticks).toBe(216_000);
  expect(latest).toBeLessThan(1);
  leave();
}, 60_000);

test('[K13] members come and go, also within a tick, and an empty beat has no timer', async () => {
  const clock = new FakeClock();
  const [first, brief] = [join(clock), join(clock, 3)];
  expect(beatOf(clock, 60)).toBe(beatOf(clock, 60));
  await clock.advance(100);
  expect([first.ticks, brief.ticks]).toEqual([6, 3]);
  expect(clock.pending).toBe(1);
  const late = join(clock);
  first.leave();
  await clock.advance(100);
  expect([first.ticks, late.ticks]).toEqual([6, 6]);
  late.leave();
  await clock.advance(17);
  expect(clock.pending).toBe(0);
  const again = join(clock);
  await clock.advance(1_000);
  expect(again.ticks).toBe(60);
});
