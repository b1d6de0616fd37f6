import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/auth/principal.ts';
import type { Database } from '../../src/database/database.ts';
import type { EventStream, Published } from '../../src/events/event-stream.ts';
import { openEventStream } from '../../src/events/postgres-event-stream.ts';
import { Match, MatchPlayer, MatchReplay } from '../../src/history/entities.ts';
import { createHistory, type History } from '../../src/history/history.ts';
import { databases, type TestDatabase } from '../support/databases.ts';
import { finishedLog } from './support.ts';

const principal = (tenantId: string): Principal => ({
  accountId: 'ada',
  tenantId,
  name: 'Ada',
  roles: ['admin'],
  permission: 'play',
});

describe.each(databases)('tenants on %s', (_kind, open) => {
  let opened: TestDatabase;
  let database: Database;
  let stream: EventStream;
  let history: History;
  const finished = finishedLog({ tenantId: 'acme' });
  const live = finishedLog({ tenantId: 'acme' }).slice(0, 3);
  const idOf = ([first]: Published[]): string => first!.matchId;

  beforeAll(async () => {
    opened = await open();
    ({ database } = opened);
    stream = openEventStream({ sql: database.sql });
    history = createHistory({ database, stream });
    await stream.append([...finished, ...live]);
    await history.record(idOf(finished));
  });
  afterAll(() => opened.close());

  test('[H14] the own tenant sees its match in every way', async () => {
    const { flaw, ...match } = await history.get('acme', idOf(finished));
    expect([match.moments, flaw]).toEqual([[], null]);
    expect(await history.list('acme', {})).toEqual({ items: [match], nextCursor: null });
    expect(await history.listForRoom(principal('acme'), { player: 'ada' })).toEqual({
      items: [match],
      nextCursor: null,
    });
    expect((await history.log('acme', idOf(finished))).header).toMatchObject({
      id: match.id,
      players: match.players,
    });
  });

  test.each(['rival', '', 'acme%', "acme' or true --"])(
    '[H14] tenant %j sees it in none, not even that it exists',
    async (tenant) => {
      const nothing = { items: [], nextCursor: null };
      expect(await history.list(tenant, {})).toEqual(nothing);
      expect(await history.list(tenant, { player: 'ada', game: 'whist', mode: 'casual' })).toEqual(nothing);
      expect(await history.listForRoom(principal(tenant), {})).toEqual(nothing);
      for (const id of [idOf(finished), idOf(live)]) {
        await expect(history.get(tenant, id)).rejects.toMatchObject({ code: 'history/not_found' });
        await expect(history.log(tenant, id)).rejects.toMatchObject({ code: 'history/not_found' });
      }
    },
  );

  test('[H14] a read through the object mapper that forgets the tenant throws', async () => {
    const em = database.em();
    await expect(em.find(Match, {})).rejects.toThrow('tenant');
    await expect(em.findOne(Match, { id: idOf(finished) })).rejects.toThrow('tenant');
    await expect(em.find(MatchPlayer, {})).rejects.toThrow('tenant');
    await expect(em.find(MatchReplay, {})).rejects.toThrow('tenant');
    await expect(em.find(Match, {}, { filters: { tenant: {} } })).rejects.toThrow('name the tenant');
    const filters = { tenant: { tenantId: 'rival' } };
    expect(await em.find(Match, {}, { filters })).toEqual([]);
    expect(await em.find(MatchPlayer, {}, { filters })).toEqual([]);
    expect(await em.find(MatchReplay, {}, { filters })).toEqual([]);
  });

  test('[H16] a live match has no replay yet, and none in the list', async () => {
    await expect(history.log('acme', idOf(live))).rejects.toMatchObject({ code: 'history/not_over' });
    await expect(history.get('acme', idOf(live))).rejects.toMatchObject({ code: 'history/not_found' });
  });

  test.each(['01a1f7f8-3000-7000-8000-000000000000', 'x', '', '\0'])(
    '[H14] the id %j is no match of anyone',
    async (id) => {
      await expect(history.get('acme', id)).rejects.toMatchObject({ code: 'history/not_found' });
      await expect(history.log('acme', id)).rejects.toMatchObject({ code: 'history/not_found' });
    },
  );
});
