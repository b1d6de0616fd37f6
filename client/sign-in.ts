export interface Account {
  readonly accountId: string;
  readonly token: string;
}

/** Whoever asks gets a token, on a server in development. `accountId` of an earlier answer: the same account again. Throws Error. */
export async function signIn(url: string, name: string, accountId?: string): Promise<Account> {
  const answer = await fetch(`${url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, ...(accountId && { accountId }) }),
  });
  if (answer.status === 404)
    throw new Error('This server runs in production: accounts come with a later version.');
  if (!answer.ok) throw new Error(`The server gives no token (${answer.status}). Try again.`);
  return (await answer.json()) as Account;
}
