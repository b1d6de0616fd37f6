/** Who watches the HTTP layer: metrics and traces (src/ops). Nothing of it may throw, or wait. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Route } from './route.ts';

export interface SeenRequest {
  readonly id: string;
  readonly request: IncomingMessage;
  /** Its `close` is the end of the request. */
  readonly response: ServerResponse;
  readonly route: Route;
  /** The code of the error that it was answered with, once there is one. */
  refusedWith?: string;
}

export interface HttpObserver {
  /** Around the handling of a request; calls `handle` once, at once, in whatever context it sets up. */
  request(seen: SeenRequest, handle: () => void): void;
  /** A socket came in, or was refused with this code before a room had a say. */
  upgrade(refusedWith: string | null): void;
  /** Node's parser refused what came: no request was made of it. */
  malformed(code: string): void;
}
