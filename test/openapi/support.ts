/** Calls endpoints of a started server, and holds what they answer against what they say of themselves. */
import type { Endpoint } from '@colyseus/core';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { Api, ApiMetadata } from '../../src/http/api.ts';
import { envelope, problem } from '../../src/http/openapi-errors.ts';
import type { TestServer } from '../support/server.ts';

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters?: readonly { in: string; name: string }[];
  readonly responses: Readonly<Record<string, Response | Reference>>;
}

interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, object>>;
}

interface Reference {
  readonly $ref: string;
}

export interface Document {
  readonly info: { readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
}

export async function documentOf(url: string): Promise<Document> {
  return (await (await fetch(`${url}/openapi.json`)).json()) as Document;
}

/** Of the server's router, by their names: Colyseus' matchmaking too. */
export function endpointsOf({ app }: TestServer): Record<string, Endpoint> {
  return (app.server as unknown as { router: { endpoints: Record<string, Endpoint> } }).router.endpoints;
}

export const apiOf = ({ options }: Endpoint): Api => (options.metadata as ApiMetadata).api;
export const templateOf = ({ path }: Endpoint): string => path.replaceAll(/:(\w+)/g, '{$1}');

export interface Asked {
  readonly method?: string;
  readonly id?: string;
  /** With its question mark. */
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of an error. */
  readonly code?: string;
}

export type Call = (name: string, asked?: Asked) => Promise<Answered>;

/** Throws where an answer is not one of the document: by its status, headers, type, the fields of its body, its code. */
export function callerOf(server: TestServer, document: Document): Call {
  const endpoints = endpointsOf(server);
  return async (name, asked = {}) => {
    const endpoint = endpoints[name]!;
    const method = asked.method ?? [endpoint.options.method].flat()[0]!;
    const response = await send(server.url + endpoint.path.replace(':id', asked.id ?? 'none'), method, asked);
    const { status, headers } = response;
    const text = await response.text();
    const { responses } = document.paths[templateOf(endpoint)]![method.toLowerCase()]!;
    expect(Object.keys(responses), `${name}: ${text.slice(0, 300)}`).toContain(String(status));
    const described = resolve(document, responses[status]!);
    for (const [header, { required }] of Object.entries(described.headers ?? {}))
      if (required) expect(headers.get(header), `${name} ${status}: ${header}`).not.toBeNull();
    const answered = { status, headers, text };
    return described.content
      ? { ...answered, ...held(described, endpoint, answered) }
      : withoutBody(answered);
  };
}

function send(url: string, method: string, { query = '', body, headers, token }: Asked) {
  return fetch(url + query, {
    method,
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

function resolve({ components }: Document, response: Response | Reference): Response {
  return '$ref' in response ? components.responses[response.$ref.split('/').at(-1)!]! : response;
}

function withoutBody(answered: Answered): Answered {
  expect(answered.text).toBe('');
  return answered;
}

/** Holds a body against its schema, lines one by one; gives the code of an error, which the document names. */
function held({ description, content }: Response, endpoint: Endpoint, { status, headers, text }: Answered) {
  const type = headers.get('content-type')!.split(';', 1)[0]!;
  expect(Object.keys(content!)).toContain(type);
  const responses = apiOf(endpoint).responses as Record<number, { schema?: z.ZodType }>;
  const own = responses[status]?.schema;
  if (own) {
    for (const part of partsOf(type, text)) own.parse(part);
    return {};
  }
  const isProblem = type === 'application/problem+json';
  const { code } = isProblem ? problem.parse(JSON.parse(text)) : envelope.parse(JSON.parse(text)).error;
  expect(description).toContain(`\`${code}\``);
  return { code };
}

function partsOf(type: string, text: string): unknown[] {
  if (type === 'application/x-ndjson')
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  return [type === 'application/json' ? JSON.parse(text) : text];
}
