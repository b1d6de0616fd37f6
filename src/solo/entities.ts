/** The table of the keys of solo results (migration 20261120_solo). */
import { defineEntity, p } from '@mikro-orm/core';

/** Found by its whole key alone, which begins with the tenant: it needs no filter. */
const SoloKeySchema = defineEntity({
  name: 'SoloKey',
  tableName: 'solo_key',
  properties: {
    tenantId: p.string().length(64).primary(),
    accountId: p.string().length(64).primary(),
    key: p.string().length(255).primary(),
    /** SHA-256 of what was posted, in hexadecimal digits. */
    fingerprint: p.string().length(64),
    matchId: p.uuid(),
    verified: p.boolean(),
  },
});
export class SoloKey extends SoloKeySchema.class {}
SoloKeySchema.setClass(SoloKey);

export const soloEntities = [SoloKeySchema] as const;
