/** What a line of the log says by itself: the request in which it was written, and nothing personal in clear. */
import type { Mac } from '../auth/mac.ts';
import { currentResponse, requestId } from '../http/request-context.ts';
import { currentTraceId } from './tracing-context.ts';

/** The ids of the request that is being answered, and of its trace where that is kept; empty outside one. */
export function requestFields(): { readonly requestId?: string; readonly traceId?: string } {
  const response = currentResponse();
  // what a request began, such as a room with its timers, inherits its context and lives on for hours
  if (!response || response.closed) return {};
  const traceId = currentTraceId();
  return { requestId: requestId(), ...(traceId !== undefined && { traceId }) };
}

/**
 * What stands in the log for an address, an e-mail or the id of a device: `#` and 12 hexadecimal digits, the same for
 * the same value, and worth nothing without our key. `mac` is one of a purpose of its own.
 */
export function createPersonal(mac: Mac): (value: string) => string {
  return (value) => `#${Buffer.from(mac.sign(value), 'base64url').toString('hex').slice(0, 12)}`;
}
