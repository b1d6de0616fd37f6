/**
 * What clients learn when matchmaking fails. Colyseus answers `{code, error}` with the code as HTTP status, and passes
 * every exception's text on; here only texts that are meant for clients pass. Ours read `whist/full: the table is full`.
 */
import { ErrorCode, matchMaker, ServerError } from '@colyseus/core';
import type { Log } from '../ops/logger.ts';
import { ApiError, asPublic, internalError } from './errors.ts';
import { verifiedBefore } from './principal.ts';

/** Refusals of Colyseus itself, whose texts name nothing but what the client has sent. */
const colyseusCodes: ReadonlySet<number> = new Set([
  ErrorCode.MATCHMAKE_NO_HANDLER,
  ErrorCode.MATCHMAKE_INVALID_CRITERIA,
  ErrorCode.MATCHMAKE_EXPIRED,
  ErrorCode.AUTH_FAILED,
]);

const methods = {
  joinOrCreate: matchMaker.joinOrCreate,
  create: matchMaker.create,
  join: matchMaker.join,
  joinById: matchMaker.joinById,
  reconnect: matchMaker.reconnect,
};

/**
 * For the matchmaker of this process, of which Colyseus has one. `authenticate` throws for a token that is not valid:
 * before anything is looked up, and so before anything is revived.
 */
export interface MatchmakingGuard {
  readonly log: Log;
  readonly authenticate: (token: string) => unknown;
  /** One at a time of those with the same key. */
  readonly inTurn?: InTurn | undefined;
  /** Whether a tenant may ask for a room by its id: before anything is revived. */
  readonly isOf?: IsOf;
}

export type IsOf = (roomId: string, tenantId: string) => Promise<boolean>;

export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** The methods whose room is an id. */
const byId: ReadonlySet<string> = new Set(['joinById', 'reconnect']);

const atOnce: InTurn = (_key, work) => work();

export function guardMatchmaking({ log, authenticate, inTurn = atOnce, isOf }: MatchmakingGuard): void {
  matchMaker.controller.invokeMethod = async (method, roomName, options = {}, context) => {
    try {
      const token = context?.token ?? '';
      const principal = verifiedBefore(token) ?? authenticate(token);
      if (byId.has(method) && isOf && !(await isOf(roomName, tenantOf(principal)))) throw notFound();
      const work = () => matchmake(method, roomName, options, context);
      return await (method === 'joinOrCreate'
        ? inTurn(offerKey(roomName, options, principal), work)
        : work());
    } catch (error) {
      throw publicError(error, log);
    }
  };
}

/** Those who ask for the same in the same words; a tenant's strangers never meet another's. */
function offerKey(roomName: string, options: unknown, principal: unknown): string {
  return JSON.stringify([roomName, tenantOf(principal), options]);
}

function tenantOf(principal: unknown): string {
  return ((principal ?? {}) as { tenantId?: string }).tenantId ?? '';
}

const notFound = (): ServerError => new ServerError(404, 'match/not_found: there is no such match');

async function matchmake(method: string, roomName: string, options: unknown, context?: object) {
  if (!Object.hasOwn(methods, method)) {
    throw new ServerError(ErrorCode.MATCHMAKE_NO_HANDLER, `there is no method "${method}"`);
  }
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ApiError(400, 'options/invalid', 'the options must be a JSON object');
  }
  return methods[method as keyof typeof methods](roomName, options, context as never);
}

function publicError(error: unknown, log: Log): ServerError {
  if (isFull(error)) return new ServerError(409, 'seat/none_free: the last seat was just taken; try again');
  // the same as of a match of another tenant: an id tells nothing
  if (isUnknownRoom(error)) return notFound();
  const known = asPublic(error);
  if (known) return new ServerError(known.status, `${known.code}: ${known.message}`);
  if (error instanceof ServerError && isForClients(error)) return error;
  log.error({ error }, 'matchmaking failed');
  return new ServerError(internalError.status, `${internalError.code}: ${internalError.message}`);
}

/** Colyseus' error of a reservation that a room refused; it does not export the class. */
function isFull(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === 'SeatReservationError';
}

function isUnknownRoom(error: unknown): boolean {
  return error instanceof ServerError && error.code === ErrorCode.MATCHMAKE_INVALID_ROOM_ID;
}

function isForClients({ code, message }: ServerError): boolean {
  return colyseusCodes.has(code) || (code >= 400 && code < 500 && /^[a-z_]+\/[a-z_]+: /.test(message));
}
