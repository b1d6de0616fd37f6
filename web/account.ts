import { signIn, type Account } from '../client/sign-in.ts';

/** One account a tab, for as long as the tab lives; with a fresh token each time. Throws Error. */
export async function accountOfTab(url: string, name: string): Promise<Account> {
  const known = sessionStorage.getItem('account') ?? undefined;
  const signedIn = await signIn(url, name || 'guest', known);
  sessionStorage.setItem('account', signedIn.accountId);
  return signedIn;
}
