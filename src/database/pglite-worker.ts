/** Runs in the worker thread: the real PGlite, and one reply for each request. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type PGliteOptions, type QueryOptions, type Transaction } from '@electric-sql/pglite';
import array from 'postgres-array';
import { PreparedStatements } from './pglite-prepared.ts';
import type { Reply, Request } from './pglite-thread.ts';

interface OpenTransaction {
  readonly tx: Transaction;
  /** Lets the transaction's callback end: by commit, or by rollback. */
  end(commit: boolean): void;
  readonly done: Promise<unknown>;
}

const asText = (value: string): string => value;
const textArray = (value: string): string[] => array.parse(value);
// as pg and MikroORM have it: int8 and times are text, and MikroORM parses them by its metadata
const parsers = {
  20: asText,
  1082: asText,
  1114: asText,
  1184: asText,
  1186: asText,
  1115: textArray,
  1182: textArray,
  1185: textArray,
  1187: textArray,
};

const port = parentPort!;
const pglite = await PGlite.create({ ...(workerData as PGliteOptions), parsers });
const prepared = new PreparedStatements(pglite);
const transactions = new Map<number, OpenTransaction>();

function begin(id: number): Promise<void> {
  return new Promise((begun, failed) => {
    const gate = Promise.withResolvers<void>();
    const done = pglite.transaction((tx) => {
      const end = (commit: boolean) => (commit ? gate.resolve() : gate.reject(new Error('rolled back')));
      transactions.set(id, { tx, end, done });
      begun();
      return gate.promise;
    });
    done.catch(failed);
  });
}

async function end(id: number, commit: boolean): Promise<void> {
  const open = transactions.get(id)!;
  transactions.delete(id);
  open.end(commit);
  if (commit) await open.done;
  else await open.done.catch(() => undefined);
}

function query(request: Extract<Request, { op: 'query' }>): Promise<unknown> {
  const target = request.tx === undefined ? pglite : transactions.get(request.tx)!.tx;
  return target.query(request.text, request.params as unknown[], request.options as QueryOptions);
}

function handle(request: Request): Promise<unknown> {
  switch (request.op) {
    case 'query':
      return query(request);
    case 'prepared':
      return prepared.query(request.name, request.text, request.params);
    case 'begin':
      return begin(request.tx);
    case 'end':
      return end(request.tx, request.commit);
    case 'dump':
      return pglite.dumpDataDir('none');
    case 'close':
      return pglite.close();
  }
}

/** Errors lose their own fields (SQLSTATE, detail) when they are cloned: they travel as plain data. */
function plainError(error: unknown): NonNullable<Reply['error']> {
  const { message, stack } = error as Error;
  return { ...(error as object), message, stack };
}

port.on('message', async ({ id, request }: { id: number; request: Request }) => {
  try {
    port.postMessage({ id, value: await handle(request) } satisfies Reply);
  } catch (error) {
    port.postMessage({ id, error: plainError(error) } satisfies Reply);
  }
});
port.postMessage({ id: 0 } satisfies Reply);
