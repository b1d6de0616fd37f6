/** The service: results of players who played alone, verified where they come with their inputs. Rules in SPEC.md. */
import type { Principal } from '../auth/principal.ts';
import type { Database } from '../database/database.ts';
import { transaction } from '../database/transaction.ts';
import { ApiError } from '../http/errors.ts';
import type { MatchSetup, PlayerResult } from '../match/engine.ts';
import { uuidv7 } from '../match/uuid.ts';
import { mostTicks, type SoloBody } from './body.ts';
import { readInputs } from './inputs.ts';
import { findAnswer, keyOf, type KeptAnswer, takeKey } from './keys.ts';
import type { AddToHistory, Simulate, SoloGame, SoloLog } from './ports.ts';
import { logOfClaim, recordsOf } from './records.ts';
import { setupOf } from './setup.ts';
import { createTurns } from './turns.ts';

export interface SoloDeps {
  readonly database: Pick<Database, 'em'>;
  readonly now: () => number;
  readonly games: readonly SoloGame[];
  readonly simulate: Simulate;
  readonly addToHistory: AddToHistory;
}

export interface SoloAnswer extends KeptAnswer {
  /** The same was posted before, and this is what was answered then. */
  readonly replayed: boolean;
}

export interface Solo {
  /** Brings a result into history. Throws ApiError, with the codes of SPEC.md. */
  post(principal: Principal, body: SoloBody, key: string | null): Promise<SoloAnswer>;
}

/** An hour of play costs about a tenth of a second: so nobody waits for long. */
const mostVerifications = 32;

export function createSolo({ database, now, games, simulate, addToHistory }: SoloDeps): Solo {
  const inTurn = createTurns(mostVerifications);

  async function post(principal: Principal, body: SoloBody, key: string | null): Promise<SoloAnswer> {
    const ownKey = key === null ? null : keyOf(principal, key, body);
    const known = ownKey && (await findAnswer(database.em(), ownKey));
    if (known) return { ...known, replayed: true };
    const log = await logOf(principal, body);
    const at = now();
    const answer = { id: uuidv7(at), verified: body.inputs !== undefined };
    const records = recordsOf(
      log,
      { matchId: answer.id, tenantId: principal.tenantId, now: at },
      answer.verified,
    );
    return transaction(database, async (em) => {
      if (ownKey && !(await takeKey(em, ownKey, answer)))
        return { ...(await findAnswer(em, ownKey))!, replayed: true };
      await addToHistory(em, records);
      return { ...answer, replayed: false };
    });
  }

  async function logOf({ accountId }: Principal, body: SoloBody): Promise<SoloLog> {
    const setup = setupOf(games, body);
    const { inputs } = body;
    if (inputs === undefined) return logOfClaim(setup, claimedBy(accountId, body));
    const log = await inTurn(() => play(setup, accountId, inputs));
    check(body, log.result.players[0]!);
    return log;
  }

  function play(setup: MatchSetup, accountId: string, inputs: readonly unknown[]): Promise<SoloLog> {
    return simulate({ setup, accounts: [accountId], inputs: readInputs(inputs), mostTicks });
  }

  return { post };
}

/** The names of history for what is posted. */
function claimedBy(account: string, { score, lines, level, pieces, duration_ms }: SoloBody): PlayerResult {
  const stats = { lines_cleared: lines, pieces_placed: pieces, level, duration_ms };
  return { seat: 0, account, placement: 1, score, stats };
}

/** Throws ApiError 422 `solo/not_reproduced` where the inputs give other figures than are claimed. */
function check({ score, lines, level, pieces }: SoloBody, played: PlayerResult): void {
  const { lines_cleared, level: playedLevel, pieces_placed } = played.stats;
  const figures = [
    ['score', score, played.score],
    ['lines', lines, lines_cleared],
    ['level', level, playedLevel],
    ['pieces', pieces, pieces_placed],
  ] as const;
  for (const [name, claimed, found] of figures) {
    if (claimed !== found)
      throw new ApiError(422, 'solo/not_reproduced', `${name}: the inputs give ${found}, not ${claimed}`);
  }
}
