/** What each request goes through, in this order, before an endpoint, a page or the matchmaker sees it. */
import type { IncomingMessage } from 'node:http';
import type { Principal } from '../auth/principal.ts';
import type { Client, FindClient } from './address.ts';
import type { CheckHost } from './hosts.ts';
import type { Limits } from './limits.ts';
import { allowOrigin, answerOptions, type CheckOrigin } from './origins.ts';
import { bearerToken } from './principal.ts';
import { readBody } from './read-body.ts';
import type { Current, Verified } from './request-context.ts';
import { type Route, usualBodyLimit } from './route.ts';
import { keepTls } from './security-headers.ts';
import { checkTarget } from './target.ts';

export interface AdmissionDeps {
  readonly findClient: FindClient;
  readonly checkHost: CheckHost;
  readonly checkOrigin: CheckOrigin;
  readonly limits?: Limits | undefined;
  /** Throws for a token that is not valid. Absent: endpoints alone look at tokens. */
  readonly authenticate?: ((token: string) => Principal) | undefined;
  /** Whether a token is for an endpoint alone to look at, such as that of a scraper: it is nobody's, and no failure. */
  readonly isForeign?: ((token: string) => boolean) | undefined;
  readonly production: boolean;
  /** How long 65,536 bytes of a body may take. */
  readonly bodyMs: number;
}

/** Who asks, by a head that is sane, and for no page that may not. Throws ApiError. */
export function checkHead(
  request: IncomingMessage,
  { findClient, checkHost, checkOrigin }: Pick<AdmissionDeps, 'findClient' | 'checkHost' | 'checkOrigin'>,
): Client {
  checkTarget(request);
  checkHost(request);
  const client = findClient(request);
  checkOrigin(request, client.scheme);
  return client;
}

/** False: it has its answer already. Throws ApiError. */
export async function admit(current: Current, deps: AdmissionDeps): Promise<boolean> {
  const { request, response, route } = current.seen;
  const client = checkHead(request, deps);
  // before anything is refused that the page is to read
  allowOrigin(request, response);
  if (deps.production) keepTls(response, client);
  await deps.limits?.address(client.address, route.limit);
  await takeBody(request, route, deps);
  if (request.method === 'OPTIONS') {
    answerOptions(request, response);
    return false;
  }
  await identify(current, client, deps);
  // one that has gone away meanwhile needs nothing to be done for it
  return !response.destroyed;
}

/** Colyseus' router and express take a body that is there already. */
async function takeBody(
  request: IncomingMessage & { body?: unknown },
  { bodyLimit }: Route,
  { bodyMs }: AdmissionDeps,
): Promise<void> {
  const ms = bodyMs * Math.max(1, bodyLimit / usualBodyLimit);
  const body = await readBody(request, { limit: bodyLimit, ms });
  if (body !== undefined) request.body = body;
}

/** Verifies the token once, for all that follows. Whether one is needed is for the endpoint to say. */
async function identify(current: Current, client: Client, deps: AdmissionDeps): Promise<void> {
  const { authenticate, isForeign, limits } = deps;
  const { request, route } = current.seen;
  const token = bearerToken(request.headers.authorization);
  if (!authenticate || token === null || isForeign?.(token)) return;
  const outcome = outcomeOf(token, authenticate);
  current.verified = { token, outcome };
  if ('error' in outcome) return limits?.failed(client.address);
  const { tenantId, accountId } = outcome.principal;
  await limits?.account(tenantId, accountId, route.limit);
}

function outcomeOf(token: string, authenticate: (token: string) => Principal): Verified['outcome'] {
  try {
    return { principal: authenticate(token) };
  } catch (error) {
    return { error };
  }
}
