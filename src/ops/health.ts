/** Whether the process lives, and whether it can serve: for load balancers and orchestrators. */
import { createEndpoint } from '@colyseus/core';
import { envelopeOf } from '../http/errors.ts';

export interface HealthCheck {
  /** Shown to whoever asks. */
  readonly name: string;
  /** Resolves when all is well; why it rejects is not shown. */
  check(): Promise<unknown>;
}

/** A check that answers later than this has failed. */
const patienceMs = 2_000;

export interface HealthDeps {
  readonly checks: readonly HealthCheck[];
  /** How far readers of the stream are behind, by name: shown, and nothing that makes a server not ready. */
  readonly backlog?: () => Promise<Readonly<Record<string, number | null>>>;
}

/** GET /health/live: 200 while the process answers. GET /health/ready: 200 when all checks hold, else 503. */
export function healthEndpoints({ checks, backlog = async () => ({}) }: HealthDeps) {
  return {
    live: createEndpoint('/health/live', { method: 'GET' }, async () => ({ status: 'live' })),
    ready: createEndpoint('/health/ready', { method: 'GET' }, async () => {
      const outcomes = await Promise.all(
        checks.map(async ({ name, check }) => [name, await holds(check)] as const),
      );
      const isReady = outcomes.every(([, isWell]) => isWell);
      const named = Object.fromEntries(outcomes.map(([name, isWell]) => [name, isWell ? 'ok' : 'failed']));
      const details = { checks: named, backlog: await backlog() };
      return Response.json(isReady ? { status: 'ready', ...details } : notReady(details), {
        status: isReady ? 200 : 503,
        headers: { 'Cache-Control': 'no-store' },
      });
    }),
  };
}

function notReady(details: object) {
  const message = 'The server is not ready to serve: `checks` says what is missing.';
  return {
    status: 'not_ready',
    ...details,
    ...envelopeOf({ status: 503, code: 'health/not_ready', message }),
  };
}

async function holds(check: HealthCheck['check']): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, patienceMs, false);
  });
  const answer = (async () => check())().then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
