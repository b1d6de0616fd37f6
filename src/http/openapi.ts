/** `GET /openapi.json`: what this server answers to, from the declarations of its endpoints. */
import { createEndpoint, type Endpoint } from '@colyseus/core';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { createDocument, type ZodOpenApiOverride, type ZodOpenApiPathsObject } from 'zod-openapi';
import { api } from './api.ts';
import { colyseusPaths } from './openapi-colyseus.ts';
import { layerAnswers } from './openapi-errors.ts';
import { type Declaration, pathItemOf, templateOf } from './openapi-operation.ts';

export interface OpenApiOptions {
  /** All others of the server, by their names: the operations have these. */
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /** Of the API. */
  readonly version: string;
}

/** GET /openapi.json → the document, the same bytes each time; 304 for who has it. Throws where an endpoint says nothing of itself. */
export function openApiEndpoints({ endpoints, version }: OpenApiOptions) {
  const text = JSON.stringify(documentOf({ ...endpoints, openApi: { path, options } }, version), null, 2);
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
  const headers = { ETag: etag, 'Cache-Control': 'no-cache' };
  return {
    openApi: createEndpoint(path, options, async ({ getHeader }) => {
      if (getHeader('if-none-match')?.includes(etag)) return new Response(null, { status: 304, headers });
      return new Response(text, { headers: { ...headers, 'Content-Type': 'application/json' } });
    }),
  };
}

const path = '/openapi.json';

const options = {
  method: 'GET',
  metadata: api({
    summary: 'This document',
    tag: 'documentation',
    access: 'anyone',
    headers: { 'If-None-Match': 'An ETag that was given before.' },
    responses: {
      200: {
        description: 'OpenAPI 3.1',
        schema: z.looseObject({ openapi: z.string() }),
        headers: { ETag: 'Stands for these very bytes.' },
      },
      304: { description: 'The caller has it already' },
    },
  }),
} as const;

const about = `
Whatever is not said here is in the README: playing over sockets, games, and how to run a server.

- **Tokens.** \`Authorization: Bearer <token>\`; each tenant sees its own. In development \`POST /dev/token\` makes one.
- **Errors** have a stable \`code\`; with \`Accept: application/problem+json\` they come as RFC 9457 has them.
- **Request ids.** Each answer has an \`X-Request-Id\`: the caller's own, or a new one.
- **Limits.** Too many requests of one address or account are answered with 429 and \`Retry-After\`.
- Fields may be added to an answer; a client takes no notice of those that it does not know.
`.trim();

const tags = [
  { name: 'history', description: 'Finished matches' },
  { name: 'replays', description: 'Matches played again' },
  { name: 'solo', description: 'Results of plays without a room' },
  { name: 'matchmaking', description: 'Seats in rooms; the SDK does this' },
  { name: 'health', description: 'For load balancers and orchestrators' },
  { name: 'operations', description: 'For who runs the server' },
  { name: 'development', description: 'Not in production' },
  { name: 'documentation', description: 'What you read' },
];

function documentOf(endpoints: Readonly<Record<string, Declaration>>, version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const [name, endpoint] of Object.entries(endpoints)) {
    const template = templateOf(endpoint.path);
    paths[template] = { ...paths[template], ...pathItemOf(name, endpoint) };
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: { title: 'Gamekeeper', version, description: about, license: { name: 'MIT', identifier: 'MIT' } },
      servers: [{ url: '/' }],
      tags,
      paths: { ...paths, ...colyseusPaths },
      components: {
        responses: layerAnswers,
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
    },
    { override },
  );
}

/** Leaves out what zod says of itself: bounds that every whole number has, patterns of formats, names that are text. */
const override: ZodOpenApiOverride = ({ jsonSchema, io }) => {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  delete jsonSchema.propertyNames;
  // a field more breaks nobody who reads answers by this document
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
};
