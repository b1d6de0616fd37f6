/** Asks the monitor's API with the cookie of whoever has signed in there. */

export class AskError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws AskError with a sentence for people. */
export async function ask<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  const search = new URLSearchParams(query);
  const answer = await fetch(`/monitor/api/${path}${search.size === 0 ? '' : `?${search}`}`).catch(
    () => null,
  );
  if (!answer) throw new AskError('', 'The server does not answer.');
  const body = (await answer.json().catch(() => null)) as T | { error?: { code: string; message: string } };
  if (answer.ok) return body as T;
  const { code = '', message = `The server answered ${answer.status}.` } =
    (body as { error?: { code: string; message: string } } | null)?.error ?? {};
  const isSignIn = answer.status === 401 || answer.status === 403;
  throw new AskError(
    code,
    isSignIn ? 'Sign in anew: open /monitor?token=… with a token of an admin.' : message,
  );
}
