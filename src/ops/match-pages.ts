/**
 * The page of one match beside the monitor, and the list of live ones: what a spectator may see, so that an admin can
 * share the screen. Who may look is the monitor's business (monitor.ts).
 */
import { readFile } from 'node:fs/promises';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { ApiError } from '../http/errors.ts';
import { type MatchQuery, parseMatchQuery } from './match-query.ts';

/** Both answer with what is sent as JSON. */
export interface MatchInspector {
  list(query: MatchQuery): Promise<object>;
  /** Null where there is no such match. */
  one(matchId: string): Promise<object | null>;
}

export interface MatchPagesOptions {
  readonly inspector: MatchInspector;
  /** The page that shows them (web/monitor.html, built). */
  readonly page: string;
}

/** Answers one request below `/monitor`. False: the path is none of its own. */
export type MatchPages = (request: Request, response: Response) => Promise<boolean>;

/** Scripts and styles are files of the server; nothing else runs there, whatever a player is called. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const pagePath = /^\/matches(?:\/[0-9a-f-]{36})?\/?$/;
const listPath = /^\/api\/matches$/;
const onePath = /^\/api\/matches\/([^/]+)$/;

/** Whether a browser is shown a page there. */
export const isMatchPage = (path: string): boolean => pagePath.test(path);

export function matchPages({ inspector, page }: MatchPagesOptions): MatchPages {
  return async ({ path, query }, response) => {
    if (pagePath.test(path)) await sendPage(response);
    else if (listPath.test(path)) response.json(await inspector.list(parseMatchQuery(query)));
    else if (onePath.test(path)) response.json(await find(onePath.exec(path)![1]!));
    else return false;
    return true;
  };

  async function sendPage(response: Response): Promise<void> {
    const html = await readFile(page, 'utf8').catch(() => null);
    if (html === null)
      throw new ApiError(404, 'monitor/no_page', 'The page is not built here: npm start builds it.');
    response.setHeader('Content-Security-Policy', policy);
    response.type('html').send(html);
  }

  async function find(matchId: string): Promise<object> {
    // a UUID may be written in capitals; the ids of rooms are not
    const { data: id } = z.uuid().toLowerCase().safeParse(matchId);
    const found = id === undefined ? null : await inspector.one(id);
    if (!found) throw new ApiError(404, 'monitor/no_match', 'There is no match of this id.');
    return found;
  }
}
