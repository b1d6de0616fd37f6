/** The table of routes: which address a request is for, as the router and express will find it. */
import type { Endpoint } from '@colyseus/core';
import type { RequestHandler } from 'express';
import type { ApiMetadata } from './api.ts';
import { type FindRoute, type LimitClass, matchmakingPattern, type Route, usualBodyLimit } from './route.ts';

/** What express carries. */
export interface Mount {
  readonly handler: RequestHandler;
  /** Absent: `usual`. */
  readonly limit?: LimitClass;
}

/** By the path where it stands, literally. */
export type Mounts = Readonly<Record<string, RequestHandler | Mount>>;

export const asMount = (mount: RequestHandler | Mount): Mount =>
  typeof mount === 'function' ? { handler: mount } : mount;

interface Router {
  findRoute(method: string, path: string): { readonly data: unknown } | undefined;
}

const nowhere: Route = { pattern: 'none', limit: 'usual', bodyLimit: usualBodyLimit };
const matchmaking: Route = { ...nowhere, pattern: matchmakingPattern };
/** Colyseus' own. */
const healthCheck: Route = { ...nowhere, pattern: '/__healthcheck', limit: 'free' };

/** Throws an Error for an endpoint that does not say what it is. */
export function createFindRoute(
  router: Router,
  endpoints: Readonly<Record<string, Endpoint>>,
  mounts: Mounts,
): FindRoute {
  const described = new Map<unknown, Route>(
    Object.values(endpoints).map((endpoint) => [endpoint, routeOf(endpoint)]),
  );
  const pages = Object.entries(mounts).map(([path, mount]) => pageOf(path, asMount(mount)));

  return (method, path) => {
    const endpoint = router.findRoute(method, path)?.data as Endpoint | undefined;
    // the router looks past a slash at the end, and then answers 404
    if (endpoint) return endpoint.path === '/' || !path.endsWith('/') ? described.get(endpoint)! : nowhere;
    if (method === 'POST' && /^\/matchmake\/[^/]+\/[^/]+$/.test(path)) return matchmaking;
    if (method === 'GET' && path === healthCheck.pattern) return healthCheck;
    return pages.find((page) => page.isAt(method, path.toLowerCase()))?.route ?? nowhere;
  };
}

function routeOf({ path, options }: Endpoint): Route {
  const api = (options.metadata as Partial<ApiMetadata> | undefined)?.api;
  if (!api)
    throw new Error(`the endpoint ${String(options.method)} ${path} has no metadata: give it api({…})`);
  return { pattern: path, limit: api.limit ?? 'usual', bodyLimit: api.bodyLimit ?? usualBodyLimit };
}

/** Express looks at no case. Files are only read: with another method nothing is there. */
function pageOf(path: string, { limit = 'usual' }: Mount) {
  const base = path.toLowerCase().replace(/\/$/, '');
  const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';
  return {
    route: { ...nowhere, pattern: path, limit },
    isAt: (method: string, at: string): boolean =>
      (limit !== 'pages' || isRead(method)) && (at === base || at.startsWith(`${base}/`)),
  };
}
