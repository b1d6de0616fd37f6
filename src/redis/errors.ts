import { ReplyError } from 'ioredis';

const SYSTEM = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|ENOTFOUND|EAI_AGAIN)$/;
// of the client, which has no codes for these
const CLIENT =
  /^(Connection is closed|Command timed out|Command aborted|Reached the max retries|Stream isn't writeable|connect ETIMEDOUT|Ready check failed)/;
// answers of a server that does not serve now
const NOT_SERVING = /^(LOADING|MASTERDOWN|CLUSTERDOWN|READONLY|TRYAGAIN|BUSY) /;

/** Whether Redis could not be reached, gave no answer or does not serve now, whatever was asked of it. */
export function isRedisAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (tellsOutage(cause)) return true;
  return false;
}

function tellsOutage(error: Error): boolean {
  if (error instanceof ReplyError) return NOT_SERVING.test(error.message);
  const { code } = error as { code?: unknown };
  return CLIENT.test(error.message) || (typeof code === 'string' && SYSTEM.test(code));
}
