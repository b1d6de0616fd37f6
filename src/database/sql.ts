/** The database without its object mapper, for hot paths: one statement at a time, parameters `$1`, `$2` … */
export interface Sql {
  /**
   * Rows as plain objects; int8 and numeric are strings, bytea is a Uint8Array, with both drivers. `name` keeps the
   * statement prepared on PostgreSQL. Never to be awaited within `transaction()`: PGlite has one connection.
   */
  query<Row>(text: string, params?: readonly unknown[], name?: string): Promise<Row[]>;
}
