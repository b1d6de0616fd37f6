/** What each request goes through, in this order, before an endpoint, a page or the matchmaker sees it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../auth/principal.ts';
import type { Client, FindClient } from './address.ts';
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
  readonly checkOrigin: CheckOrigin;
  readonly limits?: Limits | undefined;
  /** Throws for a token that is not valid. Absent: endpoints alone look at tokens. */
  readonly authenticate?: ((token: string) => Principal) | undefined;
  readonly production: boolean;
  /** How long 65,536 bytes of a body may take. */
  readonly bodyMs: number;
}

/** The head of a request or an upgrade: from a page that may ask, and not one too many. Throws ApiError. */
export async function admitHead(
  request: IncomingMessage,
  { limit }: Pick<Route, 'limit'>,
  { findClient, checkOrigin, limits }: AdmissionDeps,
  known?: (client: Client) => void,
): Promise<Client> {
  checkTarget(request);
  const client = findClient(request);
  checkOrigin(request, client.scheme);
  known?.(client);
  await limits?.address(client.address, limit);
  return client;
}

/** False: it has its answer already. Throws ApiError. */
export async function admit(current: Current, deps: AdmissionDeps): Promise<boolean> {
  const { request, response, route } = current.seen;
  const client = await admitHead(request, route, deps, (from) => {
    // before anything can be refused that the page is to read
    allowOrigin(request, response);
    if (deps.production) keepTls(response, from);
  });
  if (request.method === 'OPTIONS') {
    answerOptions(request, response);
    return false;
  }
  await takeBody(request, route, deps);
  await identify(current, client, deps);
  return isAwaited(response);
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
  const { authenticate, limits } = deps;
  const { request, route } = current.seen;
  const token = bearerToken(request.headers.authorization);
  if (!authenticate || token === null) return;
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

/** A client that has gone away meanwhile needs nothing to be done for it. */
const isAwaited = ({ destroyed }: ServerResponse): boolean => !destroyed;
