import { type PGlite, type Results, parse, protocol } from '@electric-sql/pglite';

const { serialize } = protocol;

/**
 * Prepared statements, which PGlite doesn't offer: it parses and plans at every query, in six calls into WASM. Here a
 * repeated statement is one call, a seventh of the time for a small one.
 */
export class PreparedStatements {
  readonly #pglite: PGlite;
  /** Types of the parameters of each statement, by its name. */
  readonly #types = new Map<string, readonly number[]>();

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** Waits for an open transaction, as PGlite's own `query` does. A name has one text for ever. */
  query(name: string, text: string, params: readonly unknown[]): Promise<Results> {
    return this.#pglite._runExclusiveTransaction(async () => {
      const types = this.#types.get(name) ?? (await this.#prepare(name, text));
      const values = params.map((value, i) => this.#serialized(value, types[i]!));
      const messages = await this.#exchange([
        serialize.bind({ statement: name, values }),
        serialize.describe({ type: 'P' }),
        serialize.execute({}),
      ]);
      return parse.parseResults(messages, this.#pglite.parsers)[0]!;
    });
  }

  async #prepare(name: string, text: string): Promise<readonly number[]> {
    const messages = await this.#exchange([
      serialize.parse({ name, text }),
      serialize.describe({ type: 'S', name }),
    ]);
    const types = parse.parseDescribeStatementResults(messages);
    this.#types.set(name, types);
    return types;
  }

  /** The sync is sent with the rest: after an error PostgreSQL skips to it, and is ready for the next. */
  async #exchange(messages: readonly Uint8Array[]) {
    const answer = await this.#pglite.execProtocol(Buffer.concat([...messages, serialize.sync()]));
    return answer.messages;
  }

  #serialized(value: unknown, type: number): string | null {
    if (value === null || value === undefined) return null;
    const serializer = this.#pglite.serializers[type];
    return serializer ? serializer(value) : String(value);
  }
}
