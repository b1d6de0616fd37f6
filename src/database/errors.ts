import { DriverException } from '@mikro-orm/core';

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

// 40001 serialization failure, 40P01 deadlock, 55P03 lock not available, 57014 timeout
const CONFLICT_STATE = /^(40001|40P01|55P03|57014)$/;
// 57P0x shutdown, 08 connection, 53 resources
const UNREACHABLE_STATE = /^(57P0\d|08\w{3}|53\w{3})$/;
const UNREACHABLE_SYSTEM = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
]);
// pg has no code for these
const UNREACHABLE_MESSAGE =
  /^Connection terminated|timeout exceeded when trying to connect|^Client has encountered a connection error|^Query read timeout/;

// of a guard (src/resilience): too much was waiting, and it has not been done
const OVERLOADED = 'resilience/overloaded';

/** Whether the same work may succeed when it is tried again: conflicts, lost connections, a server that restarts or is full. */
export function isTransient(error: unknown): boolean {
  return hasCause(error, (cause) => isConflict(cause) || tellsOutage(cause));
}

function isConflict(error: Error): boolean {
  const code = errorCode(error);
  return CONFLICT_STATE.test(code) || code === OVERLOADED;
}

/** A refused connection to NATS or Redis looks the same as one to the database. */
const ours = new WeakSet<Error>();

/** Notes that an error comes of the database. Its mapper's own errors say so by themselves. */
export function ofDatabase<E>(error: E): E {
  if (error instanceof Error) ours.add(error);
  return error;
}

/** Whether the database could not be reached or does not serve now, whatever was asked of it. */
export function isUnreachable(error: unknown): boolean {
  return hasCause(
    error,
    (cause) => (ours.has(cause) || cause instanceof DriverException) && tellsOutage(cause),
  );
}

function tellsOutage(error: Error): boolean {
  const code = errorCode(error);
  return (
    UNREACHABLE_STATE.test(code) || UNREACHABLE_SYSTEM.has(code) || UNREACHABLE_MESSAGE.test(error.message)
  );
}

function hasCause(error: unknown, holds: (cause: Error) => boolean): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (holds(cause)) return true;
  return false;
}

/** Whether the statement's own data was refused (SQLSTATE classes 22 and 23), not the way to the database. */
export function isRefusedData(error: unknown): boolean {
  return /^2[23]\w{3}$/.test(errorCode(error));
}
