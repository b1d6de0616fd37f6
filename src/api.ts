/**
 * What this server answers to, for the SDK: `new ColyseusSDK<Gamekeeper>(url).http` knows its paths, queries, bodies and
 * answers. Types alone, made of the endpoints' own declarations: nothing of the server comes into a client.
 */
import type { z } from 'zod';
import type { endpointsOf } from './compose/endpoints.ts';

type Endpoints = Required<ReturnType<typeof endpointsOf>>;

/** The body of the answer that is no error, as the endpoint describes it. */
type Answer<E> = E extends { options: { metadata: { api: { responses: infer R } } } } ? BodyOf<R> : unknown;
type BodyOf<R> = R extends { 200: { schema: infer S } } | { 201: { schema: infer S } }
  ? z.output<S>
  : unknown;

/** An endpoint that answers what it describes: those that make a Response of their own tell no type of it. */
type Described<E> = E extends { (context?: infer C): unknown; options: infer O; path: infer P }
  ? { (context: C): Promise<Answer<E>>; options: O; path: P }
  : never;

/** A replay is left out: the SDK would take its lines for one JSON, so `fetch` it. */
type Shown = Omit<Endpoints, 'getReplay'>;

export interface Gamekeeper {
  /** Of any name: their types are not told here. */
  '~rooms': Record<never, never>;
  '~routes': { endpoints: { [Name in keyof Shown]: Described<Shown[Name]> } };
}
