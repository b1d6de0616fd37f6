import { ApiError } from '../http/errors.ts';
import type { SoloInput } from './ports.ts';

/**
 * The inputs of a log of pairs `[tick, actions]`, one a tick at most. Lazy, so that a long log is checked in slices, like
 * it is played. Throws ApiError 400 `solo/bad_inputs` with the place. What the actions may be is the game's business.
 */
export function* readInputs(log: readonly unknown[]): Generator<SoloInput> {
  let last = 0;
  for (const [at, pair] of log.entries()) {
    if (!Array.isArray(pair) || pair.length !== 2) throw badInput(at, 'must be a pair [tick, actions]');
    const [tick, actions] = pair as readonly unknown[];
    if (!Number.isSafeInteger(tick) || (tick as number) < 1)
      throw badInput(at, 'its tick must be a whole number; the first tick is 1');
    if ((tick as number) <= last)
      throw badInput(at, `its tick must be later than ${last}, that of the input before`);
    last = tick as number;
    yield { tick: last, seat: 0, name: 'input', payload: { tick: last, actions } };
  }
}

const badInput = (at: number, problem: string): ApiError =>
  new ApiError(400, 'solo/bad_inputs', `inputs.${at}: ${problem}`);
