/** Secrets: whether they are such, and who may read them. They are never shown. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, configured, type Finding, subject } from './check.ts';

/** Why a secret can be guessed; null: it looks like chance. */
export function weaknessOf(secret: string): string | null {
  if (/(.{8,}).{0,8}\1/s.test(secret)) return 'repeats itself';
  if (/0123456|1234567|abcdefg|qwerty|secret|password|change|example|gamekeeper/i.test(secret))
    return 'has known words';
  if (isSentence(secret)) return 'reads like a sentence';
  return bitsOf(secret) < leastBits ? 'has few different characters' : null;
}

/** Most of it are words as people write them: small letters, the first one large or not. */
function isSentence(text: string): boolean {
  const words = text.split(/\P{L}+/u).filter((word) => /^\p{L}\p{Ll}+$/u.test(word));
  return words.length >= 4 && words.join('').length > text.length * 0.75;
}

const leastBits = 96;

/** Shannon's, of its characters: 32 random digits of base 16 come to 110 to 120. */
function bitsOf(text: string): number {
  const counts = Object.values(Object.groupBy([...text], (character) => character)).map((all) => all!.length);
  return counts.reduce((bits, count) => bits - count * Math.log2(count / text.length), 0);
}

const make = '`openssl rand -hex 32` makes a good one';

export const authKeys = configured({
  what: 'AUTH_KEYS',
  look({ config: { auth, production } }) {
    const { ok, warn, fail } = subject('AUTH_KEYS');
    if (auth.keys === null) return [ok('not set: a key is made in the data folder')];
    const weak = auth.keys.flatMap(({ kid, secret }) => {
      const why = weaknessOf(secret.export().toString('utf8'));
      return why === null ? [] : [(production ? fail : warn)(`the secret of ${kid} ${why}`, make)];
    });
    const kids = auth.keys.map(({ kid }) => kid);
    return weak.length > 0 ? weak : [ok(`${kids.length} (${kids.join(', ')}); ${kids[0]} signs`)];
  },
});

export const metricsToken = configured({
  what: 'METRICS_TOKEN',
  look({ config: { metrics, production } }) {
    const { ok, warn } = subject('METRICS_TOKEN');
    if (metrics.token !== null) {
      const why = weaknessOf(metrics.token.export().toString('utf8'));
      return [why === null ? ok('set') : warn(`it ${why}`, make)];
    }
    const shown = 'not set: /metrics is for admins alone';
    return [production ? warn(shown, 'set it, so that Prometheus may scrape') : ok(shown)];
  },
});

const others = 0o077;

/** Files with secrets are for their owner alone. */
export const secretFiles: Check = {
  what: 'secret files',
  look({ root, config }) {
    const files = [join(root, '.env'), ...(config ? [join(config.dataDir, 'dev-auth-key')] : [])];
    return process.platform === 'win32' ? [] : files.flatMap(modeOf);
  },
};

function modeOf(file: string): Finding[] {
  if (!existsSync(file)) return [];
  const { ok, fail } = subject('secret files');
  const mode = statSync(file).mode & 0o777;
  if ((mode & others) === 0) return [ok(`${file} is its owner's alone`)];
  return [fail(`${file} has mode ${mode.toString(8)}`, `chmod 600 ${file}`)];
}
