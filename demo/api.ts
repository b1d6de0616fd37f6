/** The HTTP API as a client meets it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryMatch, Page } from '../src/history/reader.ts';
import type { Entry } from '../src/match/engine.ts';
import { DemoError } from './demo-error.ts';

export interface Account {
  readonly accountId: string;
  readonly token: string;
}

/** A match that has ended is in history at once, or within this: its records may have to be read again first. */
const historyWithinMs = 10_000;

export class Api {
  readonly url: string;

  /** Throws DemoError where `url` is none of a server. */
  constructor(url: string) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new DemoError(`${url} is no address of a server: give one such as http://127.0.0.1:2567`);
    this.url = url.replace(/\/+$/, '');
  }

  /** A new account with a token to play. Throws DemoError. */
  async signUp(name: string): Promise<Account> {
    const answer = await this.#fetch('/dev/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    if (answer.status === 404)
      throw new DemoError(
        `${this.url} has no POST /dev/token, so it runs in production: try a server of npm start`,
      );
    return JSON.parse(await bodyOf(answer)) as Account;
  }

  /** A finished match, waited for. Throws DemoError. */
  async match(token: string, matchId: string): Promise<HistoryMatch> {
    const path = `/v1/matches/${matchId}`;
    const deadline = performance.now() + historyWithinMs;
    let answer = await this.#get(path, token);
    while (answer.status === 404 && performance.now() < deadline) {
      await sleep(100);
      answer = await this.#get(path, token);
    }
    return JSON.parse(await bodyOf(answer)) as HistoryMatch;
  }

  /** The latest matches. Throws DemoError. */
  async matches(token: string): Promise<Page> {
    return JSON.parse(await bodyOf(await this.#get('/v1/matches', token))) as Page;
  }

  /** The log of a match that is in history. Throws DemoError. */
  async log(token: string, matchId: string): Promise<Entry[]> {
    const text = await bodyOf(await this.#get(`/v1/matches/${matchId}/replay`, token));
    const lines = text.trim().split('\n');
    return lines
      .map((line) => JSON.parse(line) as Entry & { kind: string })
      .filter(({ kind }) => kind === 'entry')
      .map(({ kind: _, ...entry }) => entry);
  }

  #get(path: string, token: string): Promise<Response> {
    return this.#fetch(path, { headers: { authorization: `Bearer ${token}` } });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.url + path, init);
    } catch {
      throw new DemoError(`No server answers at ${this.url}: start it with npm start`);
    }
  }
}

async function bodyOf(answer: Response): Promise<string> {
  const body = await answer.text();
  if (answer.ok) return body;
  throw new DemoError(`${new URL(answer.url).pathname} answers ${answer.status}: ${body.slice(0, 200)}`);
}
