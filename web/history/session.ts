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

const noServer = 'The server does not answer. Is it running? Then load the page again.';

/** A sentence that says what to do. */
export function explain(error: unknown): string {
  // fetch throws it where nobody answers
  if (error instanceof TypeError) return noServer;
  if (error instanceof ApiError && error.code === 'history/bad_query')
    return `This filter can't be used: ${error.message}`;
  // errors of rooms have their code in front
  const text = (error as Error).message.replace(/^[a-z_]+\/[a-z_]+: /, '');
  return text === '' ? noServer : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace(/\.\.$/, '.');
}
