/** Makes all checks at once; none may take long, throw, or show a secret. */
import type { Environment } from '../../src/config.ts';
import type { Check, Finding, Surroundings } from './check.ts';
import { subject } from './check.ts';

const usualPatienceMs = 3_000;

/** The findings, in the order of the checks. One that takes longer than `patienceMs` has failed. */
export async function examine(
  checks: readonly Check[],
  surroundings: Surroundings,
  patienceMs = usualPatienceMs,
): Promise<readonly Finding[]> {
  const found = await Promise.all(checks.map((check) => make(check, surroundings, patienceMs)));
  const hide = createHider(surroundings.env);
  return found.flat().map((finding) => ({
    ...finding,
    value: hide(finding.value),
    ...(finding.todo !== undefined && { todo: hide(finding.todo) }),
  }));
}

async function make(
  check: Check,
  surroundings: Surroundings,
  patienceMs: number,
): Promise<readonly Finding[]> {
  const { fail } = subject(check.what);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Finding[]>((resolve) => {
    const tooLong = fail(
      `no answer within ${patienceMs / 1000} s`,
      'look at the network, and at its address',
    );
    timer = setTimeout(resolve, patienceMs, [tooLong]);
  });
  const looked = (async () => check.look(surroundings))().catch((error: unknown) => [fail(messageOf(error))]);
  return Promise.race([looked, late]).finally(() => clearTimeout(timer));
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: unknown; code?: unknown };
  return String(message || code || error).split('\n')[0]!;
}

/** Of variables that hold secrets, whatever should repeat them: libraries write messages of their own. */
function createHider(env: Environment): (text: string) => string {
  const texts = ['AUTH_KEYS', 'METRICS_TOKEN', 'DATABASE_URL', 'REDIS_URL', 'NATS_URL'].flatMap((name) =>
    (env[name] ?? '').split(','),
  );
  const secrets = texts.flatMap((text) => [...credentialsIn(text), text.slice(text.indexOf(':') + 1), text]);
  const long = secrets.filter(({ length }) => length > 3).sort((a, b) => b.length - a.length);
  return (text) => long.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

/** A user without a password is a token of NATS. */
function credentialsIn(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { protocol, username, password } = new URL(text);
  const secret = password || (protocol.startsWith('postgres') ? '' : username);
  return [secret, decoded(secret)];
}

/** A percent sign that stands for itself is no encoding. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
