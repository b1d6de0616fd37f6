/** What the layer knows of an address before anything runs there. */

/**
 * Which limits count. `free`: none (probes). `pages`: files of the web client, which come by the dozen. `strict`: what
 * signs in, mints tokens or costs much.
 */
export type LimitClass = 'free' | 'pages' | 'usual' | 'strict';

export interface Route {
  /** With its parameters, such as `/v1/matches/:id`: a label of metrics and traces, never what a client sent. */
  readonly pattern: string;
  readonly limit: LimitClass;
  /** Most bytes of a body. */
  readonly bodyLimit: number;
}

/** Of any request: also where nothing is (`pattern` is `none` then). `path` is without the query. */
export type FindRoute = (method: string, path: string) => Route;

/** Bytes of a body, where an endpoint says nothing else. */
export const usualBodyLimit = 65_536;

/** Where Colyseus' clients ask for seats. */
export const matchmakingPattern = '/matchmake/:method/:roomName';
