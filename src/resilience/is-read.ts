const READS = /^\s*(?:select|with)\b/i;
const WRITES = /\b(?:insert|update|delete|merge|truncate|pg_advisory\w*|nextval)\b/i;

/** More texts than a program has, should some be made as they are needed. */
const mostKnown = 1_000;
const known = new Map<string, boolean>();

/** Whether a statement of SQL changes nothing, so that it may be done twice. In doubt it is none. */
export function isRead(text: string): boolean {
  const before = known.get(text);
  if (before !== undefined) return before;
  const answer = READS.test(text) && !WRITES.test(text);
  if (known.size < mostKnown) known.set(text, answer);
  return answer;
}
