import { ApiError } from '../http/errors.ts';

/** What is asked of Redis for a client, who learns no more than that it may try again, where Redis does not answer. */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw unavailable(cause);
  }
}

export function unavailable(cause?: unknown): ApiError {
  const message = 'Matches can not be looked up now: try again in a moment.';
  return Object.assign(new ApiError(503, 'cluster/unavailable', message), { cause });
}
