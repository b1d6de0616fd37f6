/**
 * What an endpoint says of itself, in the `metadata` of createEndpoint beside its path, method, `query` and `body`: the
 * OpenAPI document is made of it, and the layer takes its limits from it. An endpoint without it does not start.
 */
import type { z } from 'zod';
import type { LimitClass } from './route.ts';

export interface ApiResponse {
  readonly description: string;
  /** Of its body; absent: it has none. */
  readonly schema?: z.ZodType;
  /** Absent: application/json. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Api {
  /** One line, without a full stop. */
  readonly summary: string;
  readonly description?: string;
  /** The service it belongs to, such as `history`. */
  readonly tag: string;
  /** Who gets in: anyone, whoever has a valid token, or those with the role admin. */
  readonly access: 'anyone' | 'account' | 'admin';
  /** Absent: `usual`. */
  readonly limit?: LimitClass;
  /** Most bytes of a body; absent: as many as everywhere. */
  readonly bodyLimit?: number;
  /** Parameters of the path. */
  readonly params?: z.ZodObject;
  /** What the query may hold, where the endpoint's own `query` lets all of it through: its service refuses by codes of its own. */
  readonly query?: z.ZodObject;
  /** Request headers that it reads, with their meaning. */
  readonly headers?: Readonly<Record<string, string>>;
  /** By status: the answers that are no errors. */
  readonly responses: Readonly<Record<number, ApiResponse>>;
  /** Error codes of its own, with their status; those of the layer are added. */
  readonly errors?: Readonly<Record<string, number>>;
}

export interface ApiMetadata<A extends Api = Api> {
  readonly api: A;
}

/** For `metadata` of createEndpoint. Its very type is kept: the types of the client are made of it. */
export const api = <const A extends Api>(described: A): ApiMetadata<A> => ({ api: described });
