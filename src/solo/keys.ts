/** Idempotency: what was answered to a key, per account. The key commits with its result. */
import { createHash } from 'node:crypto';
import type { Principal } from '../auth/principal.ts';
import type { Em } from '../database/database.ts';
import { ApiError } from '../http/errors.ts';
import type { SoloBody } from './body.ts';
import { SoloKey } from './entities.ts';

/** A key of an account, and what it stands for. */
export interface KeyOf {
  readonly tenantId: string;
  readonly accountId: string;
  readonly key: string;
  readonly fingerprint: string;
}

export interface KeptAnswer {
  readonly id: string;
  readonly verified: boolean;
}

export function keyOf({ tenantId, accountId }: Principal, key: string, body: SoloBody): KeyOf {
  const { idempotency_key: _key, ...said } = body;
  const fingerprint = createHash('sha256').update(JSON.stringify(said)).digest('hex');
  return { tenantId, accountId, key, fingerprint };
}

/** What was answered before; null for a new key. Throws ApiError 422 `solo/key_reused` where the body was another. */
export async function findAnswer(em: Em, { fingerprint, ...primary }: KeyOf): Promise<KeptAnswer | null> {
  const found = await em.findOne(SoloKey, primary);
  if (found && found.fingerprint !== fingerprint)
    throw new ApiError(
      422,
      'solo/key_reused',
      'this key stands for another result; take a new one for each result',
    );
  return found && { id: found.matchId, verified: found.verified };
}

/** False where the key is taken. One that is being taken is waited for. */
export async function takeKey(em: Em, key: KeyOf, { id, verified }: KeptAnswer): Promise<boolean> {
  const row = { ...key, matchId: id, verified };
  const { affectedRows } = await em
    .createQueryBuilder(SoloKey)
    .insert(row)
    .onConflict()
    .ignore()
    .execute('run');
  return affectedRows === 1;
}
