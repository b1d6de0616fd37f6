import { Migration } from '@mikro-orm/migrations';

/** Idempotency keys of solo results. */
export class Solo extends Migration {
  override up(): void {
    // checked at the end of the transaction: the key comes first, so that it holds up a second one, and then the match
    this.addSql(`create table solo_key (
      tenant_id varchar(64) not null,
      account_id varchar(64) not null,
      key varchar(255) not null,
      fingerprint varchar(64) not null,
      match_id uuid not null references matches on delete cascade deferrable initially deferred,
      verified boolean not null,
      primary key (tenant_id, account_id, key)
    )`);
    this.addSql('create index solo_key_match_id on solo_key (match_id)');
  }
}
