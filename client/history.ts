/** Finished matches over HTTP, as a page asks for them. */

export interface Player {
  readonly seat: number;
  /** Null for a bot. */
  readonly accountId: string | null;
  /** 1 is the best; joint winners share it. */
  readonly placement: number;
  readonly score: number;
  /** Match time, in milliseconds. */
  readonly durationMs: number;
  /** The game's own figures, by its own names. */
  readonly stats: Readonly<Record<string, number>>;
}

export interface Mark {
  readonly type: string;
  /** Whose moment it is; null: everyone's. */
  readonly seat: number | null;
}

export interface ListedMatch {
  readonly id: string;
  readonly game: string;
  readonly mode: string;
  /** ISO dates in UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly players: readonly Player[];
  /** Whether its log was verified; null: nobody has asked yet, or it can't be. */
  readonly verified: boolean | null;
  /** Its key moments in their order. */
  readonly moments: readonly Mark[];
}

export interface MatchPage {
  readonly items: readonly ListedMatch[];
  /** For the next page; null where this is the last. */
  readonly nextCursor: string | null;
}

export interface Verification {
  readonly verified: boolean | null;
  /** What is wrong with the log, in a sentence. */
  readonly flaw?: string | null;
}

/** What the server refuses; `code` is stable. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Each call throws ApiError, or the TypeError of `fetch` where no server answers. */
export class HistoryClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = `${url}/v1/matches`;
    this.#token = token;
  }

  /** A page of matches, the latest first; the server knows the filters. */
  async list(query: Readonly<Record<string, string>>): Promise<MatchPage> {
    return (await (await this.#ask(`?${new URLSearchParams(query)}`)).json()) as MatchPage;
  }

  async match(id: string): Promise<ListedMatch> {
    return (await (await this.#ask(`/${encodeURIComponent(id)}`)).json()) as ListedMatch;
  }

  /** Has the server play the log again and compare. */
  async verify(id: string): Promise<Verification> {
    const answer = await this.#ask(`/${encodeURIComponent(id)}/verify`, 'POST');
    return (await answer.json()) as Verification;
  }

  /** The whole log as JSON lines, to keep. */
  async replay(id: string): Promise<Blob> {
    return (await this.#ask(`/${encodeURIComponent(id)}/replay`)).blob();
  }

  async #ask(path: string, method = 'GET'): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const answer = await fetch(this.#url + path, { method, headers });
    if (answer.ok) return answer;
    throw await errorOf(answer);
  }
}

async function errorOf(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => ({}))) as { error?: { code?: string; message?: string } };
  const { code = 'http', message = `the server answers ${answer.status}` } = body.error ?? {};
  return new ApiError(answer.status, code, message);
}
