/** The errors of the document: their bodies, and what the layer itself answers before or after an endpoint. */
import { z } from 'zod';
import type { ZodOpenApiResponseObject } from 'zod-openapi';
import type { AuthCode } from '../auth/auth-error.ts';
import type { Api } from './api.ts';
import type { Envelope } from './errors.ts';

const code = z.string().meta({
  description: 'Stable: what a program decides by.',
  example: 'history/not_found',
});
const requestId = z.string().meta({
  description: 'The `X-Request-Id` of the answer: the operator finds the request by it.',
});

/** Of every error, whatever answers it. */
export const envelope = z
  .strictObject({
    error: z.strictObject({
      code,
      message: z.string().meta({ description: 'What was wrong and what to do next, for people.' }),
      request_id: requestId,
    }),
  })
  .meta({ id: 'Error' }) satisfies z.ZodType<Envelope>;

/** The same for who asks for it (RFC 9457). */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code,
    request_id: requestId,
  })
  .meta({ id: 'Problem' });

const content = {
  'application/json': { schema: envelope },
  'application/problem+json': { schema: problem },
};

interface LayerAnswer {
  readonly status: number;
  readonly codes: readonly string[];
  /** Absent: to whatever is asked. */
  readonly applies?: (api: Api, takesBody: boolean) => boolean;
}

const tokenCodes: Record<AuthCode, true> = {
  'auth/missing': true,
  'auth/malformed': true,
  'auth/bad_signature': true,
  'auth/expired': true,
  'auth/not_yet_valid': true,
  'auth/wrong_issuer': true,
  'auth/wrong_audience': true,
  'auth/unknown_key': true,
  'auth/bad_claims': true,
};

const withBody = (_api: Api, takesBody: boolean): boolean => takesBody;

/** By the names that they have in the document. */
const layer: Readonly<Record<string, LayerAnswer>> = {
  BadRequest: {
    status: 400,
    codes: ['http/bad_request', 'http/unexpected_body'],
    applies: (_api, takesBody) => !takesBody,
  },
  BadBody: {
    status: 400,
    codes: [
      'http/bad_request',
      'http/malformed',
      'http/too_deep',
      'http/duplicate_key',
      'http/bad_key',
      'http/invalid',
    ],
    applies: withBody,
  },
  Unauthorized: {
    status: 401,
    codes: Object.keys(tokenCodes),
    applies: ({ access }) => access !== 'anyone',
  },
  Forbidden: {
    status: 403,
    codes: ['http/foreign_origin', 'http/foreign_host', 'auth/forbidden'],
    applies: ({ access }) => access !== 'anyone',
  },
  ForeignOrigin: {
    status: 403,
    codes: ['http/foreign_origin', 'http/foreign_host'],
    applies: ({ access }) => access === 'anyone',
  },
  TooSlow: { status: 408, codes: ['http/timeout'], applies: withBody },
  TooLarge: { status: 413, codes: ['http/too_large'], applies: withBody },
  UnsupportedType: { status: 415, codes: ['http/unsupported_type'], applies: withBody },
  TooMany: { status: 429, codes: ['http/too_many'], applies: ({ limit }) => limit !== 'free' },
  Internal: { status: 500, codes: ['internal'] },
  Unavailable: {
    status: 503,
    codes: ['http/timeout', 'http/unavailable', 'resilience/overloaded', 'resilience/unavailable'],
  },
};

/** For the components of the document. */
export const layerAnswers: Readonly<Record<string, ZodOpenApiResponseObject>> = Object.fromEntries(
  Object.entries(layer).map(([name, { status, codes }]) => [name, errorAnswer(status, codes)]),
);

export interface Reference {
  readonly $ref: string;
}

type Answers = Record<string, ZodOpenApiResponseObject | Reference>;

/** By status: the errors of an endpoint and of the layer before it. */
export function refusalsOf(api: Api, takesBody: boolean): Answers {
  const own = Map.groupBy(Object.entries(api.errors ?? {}), ([, status]) => status);
  const answers: Answers = {};
  for (const [name, { status, codes, applies }] of Object.entries(layer)) {
    if (applies && !applies(api, takesBody)) continue;
    const more = (own.get(status) ?? []).map(([one]) => one).filter((one) => !codes.includes(one));
    answers[status] =
      more.length > 0 ? errorAnswer(status, [...more, ...codes]) : { $ref: `#/components/responses/${name}` };
  }
  for (const [status, codes] of own)
    answers[status] ??= errorAnswer(
      status,
      codes.map(([one]) => one),
    );
  return answers;
}

/** An answer with one of these codes. */
function errorAnswer(status: number, codes: readonly string[]): ZodOpenApiResponseObject {
  const description = codes.map((one) => `\`${one}\``).join(', ');
  const headers = headersOf(status);
  return { description, ...(headers && { headers }), content };
}

function headersOf(status: number): z.ZodObject | null {
  if (status === 401) return z.object({ 'WWW-Authenticate': z.literal('Bearer') });
  if (status !== 429 && status !== 503) return null;
  return z.object({ 'Retry-After': z.string().meta({ description: 'Seconds.' }) });
}
