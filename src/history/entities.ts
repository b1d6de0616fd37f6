/** The tables of history (migration 20261120_matches): written once a match; only what playing it again found is added. */
import { defineEntity, p } from '@mikro-orm/core';

/** Every read through the mapper names its tenant; one that forgets it throws. Statements in SQL bind it themselves. */
const tenantFilter = {
  tenant: {
    name: 'tenant',
    default: true,
    cond: ({ tenantId }: { tenantId?: string }) => {
      // the mapper itself takes an absent value for no condition at all
      if (tenantId === undefined)
        throw new TypeError('name the tenant: { filters: { tenant: { tenantId } } }');
      return { tenantId };
    },
  },
};

const MatchSchema = defineEntity({
  name: 'Match',
  tableName: 'matches',
  filters: tenantFilter,
  properties: {
    id: p.uuid().primary(),
    tenantId: p.string().length(64),
    gameType: p.string().length(64),
    roomId: p.uuid(),
    mode: p.string().length(64),
    playerCount: p.smallint(),
    tournamentId: p.uuid().nullable(),
    startedAt: p.datetime(3),
    endedAt: p.datetime(3),
    /** Whether playing it again gave the same; null where nobody has. */
    verified: p.boolean().nullable(),
    /** What was wrong then. */
    flaw: p.string().length(200).nullable(),
    insertedAt: p.datetime(3).defaultRaw('now()'),
  },
});
export class Match extends MatchSchema.class {}
MatchSchema.setClass(Match);

const MatchPlayerSchema = defineEntity({
  name: 'MatchPlayer',
  tableName: 'match_players',
  filters: tenantFilter,
  properties: {
    match: () => p.manyToOne(Match).primary().ref().deleteRule('cascade'),
    seat: p.smallint().primary(),
    tenantId: p.string().length(64),
    /** Null for a bot. */
    accountId: p.string().length(64).nullable(),
    placement: p.smallint(),
    score: p.bigint('number'),
    linesCleared: p.integer().nullable(),
    garbageSent: p.integer().nullable(),
    garbageReceived: p.integer().nullable(),
    piecesPlaced: p.integer().nullable(),
    durationMs: p.integer(),
    stats: p.json<Record<string, number>>().default('{}'),
  },
});
export class MatchPlayer extends MatchPlayerSchema.class {}
MatchPlayerSchema.setClass(MatchPlayer);

const MatchReplaySchema = defineEntity({
  name: 'MatchReplay',
  tableName: 'match_replay',
  filters: tenantFilter,
  properties: {
    match: () => p.oneToOne(Match).primary().ref().deleteRule('cascade'),
    tenantId: p.string().length(64),
    entries: p.integer(),
    log: p.blob(),
  },
});
export class MatchReplay extends MatchReplaySchema.class {}
MatchReplaySchema.setClass(MatchReplay);

export const historyEntities = [MatchSchema, MatchPlayerSchema, MatchReplaySchema] as const;
