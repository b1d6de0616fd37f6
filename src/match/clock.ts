/** Time comes in from outside: tests run on a clock of their own (test/support/fake-clock.ts). */
export interface Clock {
  /** Wall time in milliseconds since 1970. */
  now(): number;
  /** Calls `fire` once after `ms`; the returned function cancels it. */
  after(ms: number, fire: () => void): () => void;
}

/** Timers can't be longer than 2^31 - 1 ms; a longer one is set again when it comes. */
const longest = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  after(ms, fire) {
    let timer: NodeJS.Timeout;
    const arm = (left: number): void => {
      timer = setTimeout(() => (left > longest ? arm(left - longest) : fire()), Math.min(left, longest));
    };
    arm(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};
