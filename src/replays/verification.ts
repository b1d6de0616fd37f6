/** The service: verifies finished matches, and keeps what was found. Rules with ids in SPEC.md. */
import type { LogEvent } from '../ops/events.ts';
import type { MatchLog, ReadMatchLog } from './match-log.ts';
import { busy } from './verifier.ts';
import type { Verdict } from './verify.ts';

export interface Verification {
  /**
   * Plays a finished match of a tenant again. Throws errors with a code: history/not_found, history/not_over,
   * replay/unknown_version, replay/busy, replay/too_long.
   */
  verify(tenantId: string, matchId: string): Promise<Verified>;
  /** Matches that are under way, or wait. */
  readonly pending: number;
}

export interface Verified {
  /** Null where there is no play: a result as it was claimed. */
  readonly verified: boolean | null;
  readonly entries: number;
  /** Hashes of states that were compared. */
  readonly hashes: number;
  /** What is wrong, where something is. */
  readonly flaw?: string;
}

export interface VerificationDeps {
  readonly readLog: ReadMatchLog;
  verify(log: MatchLog): Promise<Verdict>;
  /** Keeps what was found. True: it is news. */
  flag(
    matchId: string,
    found: { readonly verified: boolean; readonly flaw: string | null },
  ): Promise<boolean>;
  readonly logEvent: LogEvent;
}

/** So many matches may be under way or wait. */
const most = 32;
/** A record that can't be read has been changed, too. */
const unreadable = 'the replay record can not be read';

export function createVerification({ readLog, verify, flag, logEvent }: VerificationDeps): Verification {
  const underWay = new Map<string, Promise<Verified>>();

  async function run(tenantId: string, matchId: string): Promise<Verified> {
    const log = await readLog(tenantId, matchId).catch(nullIfBad);
    const found = log ? answerOf(log, await verify(log)) : badRecord;
    const { verified, flaw = null } = found;
    if (verified === null) return found;
    const isNews = await flag(matchId, { verified, flaw });
    if (flaw !== null && isNews) logEvent('replay_flagged', { matchId, tenantId, flaw });
    return found;
  }

  async function verifyOnce(tenantId: string, matchId: string): Promise<Verified> {
    const key = `${tenantId} ${matchId}`;
    const running = underWay.get(key);
    if (running) return running;
    // before its log is read: many logs at once would fill the memory
    if (underWay.size >= most) throw busy();
    const started = run(tenantId, matchId).finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  }

  return {
    verify: verifyOnce,
    get pending() {
      return underWay.size;
    },
  };
}

const badRecord: Verified = { verified: false, entries: 0, hashes: 0, flaw: unreadable };

function nullIfBad(error: unknown): null {
  if ((error as { code?: unknown }).code === 'history/bad_log') return null;
  throw error;
}

function answerOf({ entries: { length: entries }, hashes }: MatchLog, verdict: Verdict): Verified {
  if (verdict.ok === null) return { verified: null, entries, hashes: 0 };
  const compared = { verified: verdict.ok, entries, hashes: hashes.length };
  return verdict.ok ? compared : { ...compared, flaw: verdict.flaw };
}
