/** The database without its object mapper, for hot paths: one statement at a time, parameters `$1`, `$2` … */
export interface Sql {
  /**
   * Rows as plain objects; int8 and numeric are strings, bytea is a Uint8Array, with both drivers. A `name` keeps the
   * statement prepared, and must always come with the same text. Never to be awaited within `transaction()`: PGlite has
   * one connection.
   */
  query<Row>(text: string, params?: readonly unknown[], name?: string): Promise<Row[]>;
}
