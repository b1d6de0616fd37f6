/**
 * Why a database can't be opened: `database/in_use`, `database/unwritable`, `database/version`, `database/unreachable`.
 * The message says what to do next and never holds a password.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: `database/${string}`;
  constructor(code: `database/${string}`, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The code of an error: SQLSTATE, or that of the operating system; '' where it has none. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

// 40001 serialization failure, 40P01 deadlock, 55P03 lock not available, 57P0x shutdown, 57014 timeout, 08 connection, 53 resources
const TRANSIENT_STATE = /^(40001|40P01|55P03|57P0\d|57014|08\w{3}|53\w{3})$/;
const TRANSIENT_SYSTEM = new Set(['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT']);
// pg has no code for these
const TRANSIENT_MESSAGE =
  /^Connection terminated|timeout exceeded when trying to connect|^Client has encountered a connection error/;

/** Whether the same work may succeed when it is tried again: conflicts, lost connections, a server that restarts or is full. */
export function isTransient(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = errorCode(cause);
    if (TRANSIENT_STATE.test(code) || TRANSIENT_SYSTEM.has(code) || TRANSIENT_MESSAGE.test(cause.message))
      return true;
  }
  return false;
}

/** Whether the statement's own data was refused (SQLSTATE classes 22 and 23), not the way to the database. */
export function isRefusedData(error: unknown): boolean {
  return /^2[23]\w{3}$/.test(errorCode(error));
}
