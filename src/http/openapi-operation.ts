/** One endpoint as operations of OpenAPI, from nothing but its declaration. */
import type { Endpoint } from '@colyseus/core';
import { z } from 'zod';
import type {
  ZodOpenApiOperationObject,
  ZodOpenApiPathItemObject,
  ZodOpenApiResponseObject,
} from 'zod-openapi';
import type { Api, ApiMetadata, ApiResponse } from './api.ts';
import { type Reference, refusalsOf } from './openapi-errors.ts';

/** What of an endpoint is needed. */
export type Declaration = Pick<Endpoint, 'path' | 'options'>;

interface Declared {
  readonly method: string | readonly string[];
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly metadata?: Partial<ApiMetadata>;
}

/** `id` is unique among the endpoints. Throws where the endpoint says nothing of itself. */
export function pathItemOf(id: string, { path, options }: Declaration): ZodOpenApiPathItemObject {
  const declared = options as unknown as Declared;
  const api = declared.metadata?.api;
  if (!api) throw new Error(`the endpoint ${path} says nothing of itself: it needs metadata: api({ … })`);
  const operation = operationOf(id, api, declared);
  return Object.fromEntries(
    [declared.method]
      .flat()
      .map((method) => [method.toLowerCase(), method === 'HEAD' ? headOf(operation) : operation]),
  );
}

/** `/v1/matches/:id` as OpenAPI writes it. */
export const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');

function operationOf(
  operationId: string,
  api: Api,
  { method, body, query: checked }: Declared,
): ZodOpenApiOperationObject {
  const { summary, description, tag, access, query = checked } = api;
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: access === 'anyone' ? [] : [{ bearer: [] }],
    requestParams: {
      ...(api.params && { path: api.params }),
      ...(query && { query }),
      ...(api.headers && { header: headersOf(api.headers) }),
    },
    ...(body && { requestBody: bodyOf(body) }),
    responses: responsesOf(api, [method].flat().some(takesBody)),
  };
}

/** The same without the bodies of its answers. */
function headOf({
  operationId,
  responses,
  ...operation
}: ZodOpenApiOperationObject): ZodOpenApiOperationObject {
  const bare = Object.entries(responses as Record<string, ZodOpenApiResponseObject>).map(
    ([status, { content: _, ...response }]) => [status, response],
  );
  return { ...operation, operationId: `${operationId}Head`, responses: Object.fromEntries(bare) };
}

function headersOf(described: Readonly<Record<string, string>>): z.ZodObject {
  return z.object(
    Object.fromEntries(
      Object.entries(described).map(([name, description]) => [
        name,
        z.string().optional().meta({ description }),
      ]),
    ),
  );
}

/** Of others a body is refused. */
const takesBody = (method: string): boolean => !['GET', 'HEAD', 'DELETE'].includes(method);

function bodyOf(schema: z.ZodType) {
  const required = !schema.safeParse(undefined).success;
  return { required, content: { 'application/json': { schema } } };
}

function responsesOf(api: Api, hasBody: boolean): Record<string, ZodOpenApiResponseObject | Reference> {
  const refusals = refusalsOf(api, hasBody);
  const answers = Object.entries(api.responses).map(([status, response]) => {
    const answer = answerOf(response);
    const refusal = refusals[status];
    if (!refusal || '$ref' in refusal) return [status, answer];
    // an answer that has a code in it, among other things
    return [status, { ...refusal, ...answer, description: `${answer.description}: ${refusal.description}` }];
  });
  return { ...refusals, ...Object.fromEntries(answers) };
}

function answerOf({ description, schema, contentType = 'application/json', headers }: ApiResponse) {
  return {
    description,
    ...(headers && { headers: headersOf(headers) }),
    ...(schema && { content: { [contentType]: { schema } } }),
  };
}
