import { Migration } from '@mikro-orm/migrations';

/** Key moments, verification of replays, tournaments in history, and one reader at a time for each subscription. */
export class Moments extends Migration {
  override up(): void {
    for (const statement of STATEMENTS) this.addSql(statement);
  }
}

const STATEMENTS = [
  `create table match_moment (
    match_id uuid not null,
    number int not null,
    n int not null,
    t bigint not null,
    at timestamptz(3) not null,
    tenant_id varchar(64) not null,
    game varchar(64) not null,
    type varchar(64) not null,
    seat smallint,
    data jsonb not null,
    primary key (match_id, number)
  )`,
  // matches that have a moment of some type
  `create index match_moment_type on match_moment (tenant_id, type, match_id)`,
  // who reads for a subscription, and until when nobody else does
  `alter table event_cursor add column owner uuid, add column owned_until timestamptz`,
  // what was found when the match was played again: null where nobody has; flaw says what is wrong
  `alter table matches add column verified boolean, add column flaw varchar(200)`,
  `create index matches_tournament on matches (tenant_id, tournament_id, started_at desc, id desc)
    where tournament_id is not null`,
  `create index matches_flagged on matches (tenant_id, started_at desc, id desc) where verified is false`,
  // old records are found by their time; they lie in that order, so a small index will do
  `create index match_entry_recorded on match_entry using brin (recorded_at)`,
];
