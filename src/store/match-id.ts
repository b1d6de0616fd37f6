const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Whether this can be the id of a match: a UUID in lower case. Anything else names no match, and must not get into a
 * statement that other matches share.
 */
export function isMatchId(id: string): boolean {
  return UUID.test(id);
}
