/** The child that plays a share of the load. */
import { serve } from '../bench/rpc.ts';
import { Generator, type Load, type Second } from './generator.ts';
import type { Address } from './guest.ts';
import { accountSource } from './tokens.ts';

let generator: Generator | null = null;

const calls = {
  /** `keys`: AUTH_KEYS of the server, or null to ask it for tokens. */
  start(load: Load, address: Address, keys: string | null): void {
    const account = accountSource(`http://${address.host}:${address.port}`, keys);
    const token = async (): Promise<string> => (await account()).token;
    generator = new Generator(load, { address, token, random: Math.random });
  },

  take: (): Second => generator!.take(),

  playing: (): Generator['playing'] => generator!.playing,

  rest: (): void => generator!.rest(),

  stop: (): Promise<void> => generator!.stop(),
};

export type WorkerCalls = typeof calls;
serve(calls);
