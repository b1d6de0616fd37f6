/** All matches in history, of every tenant: for the tools of whoever runs the server, never for a client. */
import type { Sql } from '../database/sql.ts';
import { parseListQuery } from './query.ts';
import { type HistoryMatch, readPage } from './reader.ts';

export interface ScannedMatch {
  readonly tenantId: string;
  readonly match: HistoryMatch;
}

/** Of one tenant, or of all; `query` is that of the list. */
export interface Scan {
  readonly tenant?: string | undefined;
  readonly query: Readonly<Record<string, unknown>>;
}

const pageSize = 32;

/** Page after page, tenant after tenant, in the order of the list. Throws HistoryError `history/bad_query`. */
export async function* scanMatches(
  sql: Sql,
  { tenant, query }: Scan,
): AsyncGenerator<readonly ScannedMatch[]> {
  parseListQuery(query);
  for (const tenantId of tenant === undefined ? await tenantsOf(sql) : [tenant]) {
    for (let cursor: string | null | undefined; cursor !== null;) {
      const asked = parseListQuery({ ...query, limit: pageSize, ...(cursor && { cursor }) });
      const { items, nextCursor } = await readPage(sql, tenantId, asked);
      if (items.length > 0) yield items.map((match) => ({ tenantId, match }));
      cursor = nextCursor;
    }
  }
}

async function tenantsOf(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ tenant_id: string }>('select distinct tenant_id from matches order by 1');
  return rows.map(({ tenant_id }) => tenant_id);
}
