/** What told that a log was changed: the form of its entries, its beginning, the game, a state's hash, or the end. */
export type VerifyCheck = 'order' | 'setup' | 'play' | 'hash' | 'result';

const longest = 200;

/** What is wrong with a log, and at which entry. Text of the log itself comes along as printable ASCII only. */
export class Flaw extends Error {
  override readonly name = 'Flaw';
  readonly check: VerifyCheck;
  readonly n: number;
  constructor(check: VerifyCheck, n: number, what: string) {
    super(`entry ${n}: ${what}`.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, longest));
    this.check = check;
    this.n = n;
  }
}
