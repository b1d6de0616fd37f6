/** The monitor with its pages of matches, over the data of a running server of this process, and what admins ask it. */
import express, { type NextFunction, type Request, type Response } from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { games } from '../../rooms/index.ts';
import { openBase } from '../../src/compose/base.ts';
import { closeAll, type Closing } from '../../src/compose/closing.ts';
import { monitorOf } from '../../src/compose/monitor.ts';
import { loadConfig } from '../../src/config.ts';
import type { ApiError } from '../../src/http/errors.ts';
import { pages } from '../../src/http/pages.ts';
import type { InspectedMatch, ListedPage } from '../../src/match/inspected.ts';
import { developmentPlayground } from '../../src/ops/playground.ts';
import { sign, type TestServer } from '../support/server.ts';

export const webFolder = join(import.meta.dirname, '../../web/dist');
export const admin = sign('root', { roles: ['admin'] });

export interface TestMonitor {
  readonly url: string;
  /** An answer of its API, as whoever has this token. */
  get(path: string, token?: string): Promise<globalThis.Response>;
  match(matchId: string): Promise<InspectedMatch>;
  list(query?: string): Promise<ListedPage>;
  /** Of the data. */
  query(text: string, values: unknown[]): Promise<readonly object[]>;
  close(): Promise<void>;
}

export async function startMonitor(server: TestServer): Promise<TestMonitor> {
  const closing: Closing = [];
  const config = loadConfig(server.data.env);
  const base = await openBase(config, { games }, closing);
  const app = express()
    .use('/monitor', monitorOf(config, base, webFolder))
    .use('/playground', developmentPlayground())
    .use('/', pages(webFolder))
    .use((error: Partial<ApiError>, _: Request, response: Response, _next: NextFunction) => {
      const { status = 500, code, message } = error;
      response.status(status).json({ error: { code, message } });
    });
  const http = app.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const get = (path: string, token = admin) =>
    fetch(`${url}/monitor${path}`, { headers: { Authorization: `Bearer ${token}` } });
  return {
    url,
    get,
    match: async (matchId) => (await get(`/api/matches/${matchId}`)).json() as Promise<InspectedMatch>,
    list: async (query = '') => (await get(`/api/matches${query}`)).json() as Promise<ListedPage>,
    query: (text, values) => base.database.sql.query(text, values),
    async close() {
      http.closeAllConnections();
      http.close();
      await closeAll(closing);
    },
  };
}
