/** Who a verified token speaks for. */
export interface Principal {
  readonly accountId: string;
  readonly tenantId: string;
  /** Display name; never written to a log. */
  readonly name: string;
  readonly roles: readonly string[];
  /** The one match that the token is for; absent: any match of its tenant. */
  readonly matchId?: string;
  /** What it may do in a match. */
  readonly permission: 'play' | 'watch';
}
