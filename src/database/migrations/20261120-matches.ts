import { Migration } from '@mikro-orm/migrations';

/** Live matches, their log (which is the event stream), and history. */
export class Matches extends Migration {
  override up(): void {
    for (const statement of [...LIVE, ...STREAM, ...HISTORY]) this.addSql(statement);
  }
}

// live_match has no index on what a commit changes, and free space in its pages: so a commit is a heap-only update
const LIVE = [
  `create table process_lease (
    id uuid primary key,
    seen_at bigint not null
  )`,
  `create table live_match (
    match_id uuid primary key,
    tenant_id varchar(64) not null,
    game varchar(64) not null,
    version text not null,
    origin bigint not null,
    epoch int not null,
    n int not null,
    wake_at bigint,
    owner uuid,
    updated_at bigint not null
  ) with (fillfactor = 50)`,
  `create table live_checkpoint (
    match_id uuid primary key references live_match on delete cascade,
    epoch int not null,
    n int not null,
    state bytea not null
  )`,
];

// one row a commit: n is the place of its first entry, entries and events are JSON
const STREAM = [
  `create table match_entry (
    match_id uuid not null,
    n int not null,
    epoch int not null,
    count int not null,
    tenant_id varchar(64) not null,
    game varchar(64) not null,
    entries text not null,
    events text,
    position bigint generated always as identity,
    xid xid8 not null default pg_current_xact_id(),
    recorded_at timestamptz(3) not null default now(),
    primary key (match_id, n)
  )`,
  `create index match_entry_position on match_entry (position)`,
  `create table event_cursor (
    durable varchar(64) primary key,
    position bigint not null
  )`,
];

const HISTORY = [
  `create table matches (
    id uuid primary key,
    tenant_id varchar(64) not null,
    game_type varchar(64) not null,
    room_id uuid not null,
    mode varchar(64) not null,
    player_count smallint not null,
    tournament_id uuid,
    started_at timestamptz(3) not null,
    ended_at timestamptz(3) not null,
    inserted_at timestamptz(3) not null default now(),
    unique (room_id, started_at)
  )`,
  `create index matches_tenant_started on matches (tenant_id, started_at desc, id desc)`,
  `create index matches_tenant_game_started on matches (tenant_id, game_type, started_at desc, id desc)`,
  `create table match_players (
    match_id uuid not null constraint match_players_match_id_foreign references matches on delete cascade,
    seat smallint not null,
    tenant_id varchar(64) not null,
    account_id varchar(64),
    placement smallint not null,
    score bigint not null,
    lines_cleared int,
    garbage_sent int,
    garbage_received int,
    pieces_placed int,
    duration_ms int not null,
    stats jsonb not null default '{}',
    primary key (match_id, seat)
  )`,
  `create index match_players_account on match_players (tenant_id, account_id, match_id) where account_id is not null`,
  `create table match_replay (
    match_id uuid primary key
      constraint match_replay_match_id_foreign references matches on update cascade on delete cascade,
    tenant_id varchar(64) not null,
    entries int not null,
    log bytea not null
  )`,
];
