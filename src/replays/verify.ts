/** Plays a finished match again, and compares everything that was recorded of it. Rules with ids in SPEC.md. */
import type { Engine, Entry, MatchEvent, MatchSetup, Result } from '../match/engine.ts';
import { IllegalEntry } from '../match/legality.ts';
import { Flaw, type VerifyCheck } from './flaw.ts';
import { isTooLate } from './play-length.ts';
import { isClaim, type MatchHeader, type MatchLog } from './match-log.ts';
import { ResultWitness } from './verify-result.ts';
import { EliminationWitness, HashWitness } from './verify-events.ts';

export type Verdict =
  | { readonly ok: true; readonly entries: number; readonly hashes: number }
  | {
      readonly ok: false;
      readonly check: VerifyCheck;
      /** What is wrong, in one sentence of 200 printable ASCII characters at most. */
      readonly flaw: string;
      /** The entry at which it was found. */
      readonly n: number;
    }
  /** There is no play: a result as it was claimed. */
  | { readonly ok: null; readonly entries: number };

/** Never throws on a log, whatever was done to it. `engine` is new, and of the version in the header; it is closed. */
export async function verifyLog(engine: Engine, log: MatchLog): Promise<Verdict> {
  try {
    if (isClaim(log) && log.header.mode === 'solo') return { ok: null, entries: log.entries.length };
    await playAgain(engine, log);
    return { ok: true, entries: log.entries.length, hashes: log.hashes.length };
  } catch (error) {
    if (!(error instanceof Flaw)) throw error;
    return { ok: false, check: error.check, flaw: error.message, n: error.n };
  } finally {
    await engine.close();
  }
}

async function playAgain(engine: Engine, { header, entries, hashes }: MatchLog): Promise<void> {
  checkForm(header, entries, engine.hz);
  const witnesses = [new HashWitness(hashes), new EliminationWitness(engine.hz), new ResultWitness(header)];
  for (const entry of entries) {
    const { events, result } = await follow(engine, entry);
    for (const witness of witnesses) witness.see(entry, events, result);
  }
  for (const witness of witnesses) witness.end(entries.length);
}

/** What can be said without playing: places, times and types, and that it is a log of this match. */
function checkForm(header: MatchHeader, entries: readonly Entry[], hz: number | undefined): void {
  const { game, version, options } = (entries[0]?.data ?? {}) as Partial<MatchSetup>;
  if (
    entries[0]?.type !== 'create' ||
    entries[0].seat !== null ||
    game !== header.game ||
    version !== header.version
  )
    throw new Flaw('setup', 1, `the log does not begin with a match of ${header.game} ${header.version}`);
  if (options?.mode !== header.mode) throw new Flaw('setup', 1, 'the match is of another mode');
  let last = 0;
  for (const [at, entry] of entries.entries()) {
    const { n, t, type, seat } = entry;
    const isFormed = typeof type === 'string' && (seat === null || Number.isInteger(seat));
    if (!isFormed || n !== at + 1) throw new Flaw('order', at + 1, 'it is no entry of this place');
    if (!Number.isSafeInteger(t) || t < last) throw new Flaw('order', n, 'its time does not follow');
    last = t;
    if (isTooLate(entry, hz)) throw new Flaw('order', n, 'no play is that long');
  }
}

async function follow(
  engine: Engine,
  entry: Entry,
): Promise<{ events: readonly MatchEvent[]; result: Result | null }> {
  try {
    return await engine.follow([entry]);
  } catch (error) {
    throw new Flaw(
      'play',
      entry.n,
      error instanceof IllegalEntry ? error.message : 'its game can not play it',
    );
  }
}
