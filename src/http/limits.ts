/** The port of the limits: how often one address or account may ask. src/limits has them, in memory or on Redis. */
import type { LimitClass } from './route.ts';

export interface Limits {
  /** Counts a request of an address. Throws ApiError 429 `http/too_many` with `retryAfter`. */
  address(address: string, limit: LimitClass): Promise<void>;
  /** Counts a request of an account that has proved itself. Throws the same. */
  account(tenantId: string, accountId: string, limit: LimitClass): Promise<void>;
  /** Counts a token that was not valid: with too many of them `address` throws, whatever is asked. */
  failed(address: string): Promise<void>;
  /** Takes a place among the sockets of an address, to be given back by the function, once; null: it has too many. */
  takeSocket(address: string): (() => void) | null;
  /** The same among its connections that have not asked for anything yet. */
  takeDial(address: string): (() => void) | null;
}
