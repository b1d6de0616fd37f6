/** Whether the process lives, and whether it can serve: for load balancers and orchestrators. */
import { createEndpoint } from '@colyseus/core';
import { z } from 'zod';
import { api } from '../http/api.ts';
import { noteRefusal } from '../http/error-body.ts';
import { envelopeOf, headersOf } from '../http/errors.ts';
import { envelope } from '../http/openapi-errors.ts';
import { kept } from './kept.ts';

export interface HealthCheck {
  /** Shown to whoever asks. */
  readonly name: string;
  /** False: it is shown, and the server is ready without it. */
  readonly isNeeded?: boolean;
  /** Resolves when all is well; why it rejects is not shown. */
  check(): Promise<unknown>;
}

/** A check that answers later than this has failed. */
const patienceMs = 2_000;
/**
 * Anybody may ask, as often as they like: what is needed is asked this often at most. Where it fails, more often, since
 * players wait for its recovery; a guard answers then (src/resilience), and nothing that is away is hammered.
 */
const usualKeepMs = 1_000;
const mostKeepFailedMs = 100;

export interface HealthDeps {
  readonly checks: readonly HealthCheck[];
  /** How far readers of the stream are behind, by name: shown, and nothing that makes a server not ready. */
  readonly backlog?: () => Promise<Readonly<Record<string, number | null>>>;
  /** Whether the process is about to end: nothing is to be sent to it any more. */
  readonly isDraining?: () => boolean;
  /** How long it counts that a check holds; 1,000 by default. That it failed counts for 100 at most. */
  readonly keepMs?: number;
}

const described = { tag: 'health', access: 'anyone', limit: 'free' } as const;

const live = {
  method: 'GET',
  metadata: api({
    ...described,
    summary: 'Whether the process answers',
    responses: {
      200: { description: 'It does', schema: z.strictObject({ status: z.literal('live') }) },
    },
  }),
} as const;

const findings = {
  checks: z
    .record(z.string(), z.enum(['ok', 'failed']))
    .meta({ description: 'What it needs, by name.', example: { database: 'ok' } }),
  backlog: z.record(z.string(), z.int().min(0).nullable()).meta({
    description:
      'Records that readers of the stream have not handled yet; null where that can not be told now.',
    example: { history: 0, moments: 0 },
  }),
};

const ready = {
  method: 'GET',
  metadata: api({
    ...described,
    summary: 'Whether the process can serve',
    responses: {
      200: { description: 'It can', schema: z.strictObject({ status: z.literal('ready'), ...findings }) },
      503: {
        description: 'It can not: `checks` says why, or it is about to end (`draining`)',
        schema: z.union([
          z.strictObject({ status: z.literal('not_ready'), ...findings, ...envelope.shape }),
          z.strictObject({ status: z.literal('draining'), ...envelope.shape }),
        ]),
      },
    },
    errors: { 'health/not_ready': 503, 'health/draining': 503 },
  }),
} as const;

/**
 * GET /health/live: 200 while the process answers. GET /health/ready: 200 when all that is needed holds and the process is
 * to go on, else 503.
 */
export function healthEndpoints({
  checks,
  backlog = async () => ({}),
  isDraining = () => false,
  keepMs = usualKeepMs,
}: HealthDeps) {
  const keeping = { keepMs, keepNoneMs: Math.min(keepMs, mostKeepFailedMs), patienceMs, instead: false };
  const looked = checks.map(({ name, isNeeded = true, check }) => {
    const holds = async (): Promise<boolean> => check().then(() => true);
    return { name, isNeeded, holds: kept(holds, keeping) };
  });
  const behind = kept(backlog, { keepMs, patienceMs, instead: {} });
  return {
    live: createEndpoint('/health/live', live, async () => ({ status: 'live' })),
    ready: createEndpoint('/health/ready', ready, async () => {
      // at once, whatever the checks would say
      if (isDraining()) return draining();
      const answers = await Promise.all(looked.map(async (one) => ({ ...one, isWell: await one.holds() })));
      const named = Object.fromEntries(answers.map(({ name, isWell }) => [name, isWell ? 'ok' : 'failed']));
      const details = { checks: named, backlog: await behind() };
      if (answers.some(({ isNeeded, isWell }) => isNeeded && !isWell)) return notReady(details);
      return Response.json({ status: 'ready', ...details }, { headers });
    }),
  };
}

const headers = { 'Cache-Control': 'no-store' };

function draining(): Response {
  const message = 'The server is about to end: its matches go on elsewhere, or at its next start.';
  return unavailable({ status: 'draining' }, 'health/draining', message);
}

function notReady(details: object): Response {
  const message = 'The server is not ready to serve: `checks` says what is missing.';
  return unavailable({ status: 'not_ready', ...details }, 'health/not_ready', message);
}

function unavailable(body: object, code: string, message: string): Response {
  const error = { status: 503, code, message };
  noteRefusal(code);
  return Response.json(
    { ...body, ...envelopeOf(error) },
    { status: 503, headers: { ...headers, ...headersOf(error) } },
  );
}
