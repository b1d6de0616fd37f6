import { expect, test } from 'vitest';
import { isRead } from '../../src/resilience/is-read.ts';

test('[RS10] only what surely changes nothing is a read', () => {
  const reads = [
    'select 1',
    '\n  SELECT * from a',
    'with b as (select 1) select * from b',
    'select updated_at from a',
  ];
  const others = [
    'insert into a values (1)',
    'with b as (update a set c = 1 returning c) select * from b',
    'with b as (\n  delete from a) select 1',
    'select * from a for update',
    "select nextval('a')",
    'select pg_advisory_lock(1)',
    'vacuum a',
    'checkpoint',
    'selective',
    '',
  ];
  for (let i = 0; i < 2; i++) {
    for (const text of reads) expect([text, isRead(text)]).toEqual([text, true]);
    for (const text of others) expect([text, isRead(text)]).toEqual([text, false]);
  }
});
