/** Who looks at the page, and how errors are told to them. */
import { ApiError, HistoryClient } from '../../client/history.ts';
import { accountOfTab } from '../account.ts';

/** What a view needs of the page. */
export interface Session {
  readonly url: string;
  /** The own account, and a token of it. */
  readonly account: string;
  readonly token: string;
  readonly history: HistoryClient;
  /** Aborts when another view is shown. */
  readonly signal: AbortSignal;
}

/** With a fresh token: a page may stand open for days. Throws Error. */
export async function openSession(signal: AbortSignal): Promise<Session> {
  const url = location.origin;
  const { accountId, token } = await accountOfTab(url, localStorage.getItem('name') ?? '');
  return { url, account: accountId, token, history: new HistoryClient(url, token), signal };
}

/** A sentence that says what to do. */
export function explain(error: unknown): string {
  // fetch throws it where nobody answers
  if (error instanceof TypeError)
    return 'The server does not answer. Is it running? Then load the page again.';
  if (error instanceof ApiError && error.code === 'history/bad_query')
    return `This filter can't be used: ${error.message}`;
  return (error as Error).message || 'The server does not answer. Is it running? Then load the page again.';
}
