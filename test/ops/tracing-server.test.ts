import { ColyseusSDK } from '@colyseus/sdk';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WhistTable } from '../../rooms/whist/state.ts';
import { command, legalMove, nextSeat, prepared, refusal, type Table } from '../rooms/table.ts';
import { type CollectedSpan, type Collector, startCollector } from '../support/otlp.ts';
import { sign, startServer, type TestServer, until } from '../support/server.ts';

/** A trace of a caller's, which keeps it. */
const callersTrace = () => {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
};
const traces = { join: callersTrace(), read: callersTrace(), move: callersTrace(), refused: callersTrace() };

const token = sign('planted-account', { name: 'planted-name', tenantId: 'planted-tenant' });

let collector: Collector;
let server: TestServer;
let table: Table;
let moveName: string;

/** Joins, plays and reads, and stops the server: then all spans are there. */
beforeAll(async () => {
  collector = await startCollector();
  server = await startServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '0' });
  table = await sitDown();
  for (const seat of [1, 2, 3]) await command(table, 0, 'add_bot', { seat, strength: 'weak' });
  await command(table, 0, 'ready');
  await until(() => table.rooms[0]!.state.phase === 'playing');
  const [name, payload] = legalMove(table.rooms[0]!.state, await nextSeat(table));
  moveName = name;
  const { traceparent } = traces.refused;
  await refusal(table.rooms[0]!, 'play', { id: 'planted-id', card: 'planted-card', traceparent });
  await refusal(table.rooms[0]!, 'remove_bot', { id: 'planted-id', seat: 0, traceparent });
  await command(table, 0, name, { ...payload, traceparent: traces.move.traceparent });
  const headers = { authorization: `Bearer ${token}`, traceparent: traces.read.traceparent };
  await fetch(`${server.url}/v1/matches/${table.matchId}?planted=query`, { headers }).then((a) => a.text());
  await server.stop();
});
afterAll(async () => {
  await server.close();
  await collector.close();
});

async function sitDown(): Promise<Table> {
  const client = new ColyseusSDK(server.url, { headers: { traceparent: traces.join.traceparent } });
  client.auth.token = token;
  const options = { rounds: 1, botDelayMs: 0 };
  const room = await prepared(await client.joinOrCreate<WhistTable>('whist', options));
  return { url: server.url, tenant: 'planted-tenant', matchId: room.roomId, rooms: [room], acknowledged: [] };
}

const spansOf = ({ traceId }: { traceId: string }): CollectedSpan[] =>
  collector.spans.filter((span) => span.traceId === traceId);

describe('a trace is followed through the whole server', () => {
  test('[TR2] [TR3] [TR7] a request that joins, and what it asked of the database', () => {
    const [join] = spansOf(traces.join).filter(({ name }) => name === 'POST /matchmake/:method/:roomName');
    expect(join).toMatchObject({
      parentSpanId: traces.join.spanId,
      kind: 2,
      attributes: { 'http.route': '/matchmake/:method/:roomName', 'http.response.status_code': 200 },
    });
    const queries = spansOf(traces.join).filter(({ name }) => name === 'sql.query');
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries) {
      expect(query.parentSpanId).toBe(join!.spanId);
      expect(query.start >= join!.start && query.start <= join!.end).toBe(true);
    }
  });

  test('[TR2] a request of history, by its pattern and with its refusal', () => {
    const [read] = spansOf(traces.read).filter(({ kind }) => kind === 2);
    expect(read).toMatchObject({
      name: 'GET /v1/matches/:id',
      parentSpanId: traces.read.spanId,
      status: 0,
      attributes: { 'http.response.status_code': 404, 'gamekeeper.code': 'history/not_found' },
    });
  });

  test('[TR3] [TR5] a move: rules, commit and patch', () => {
    const spans = spansOf(traces.move);
    const move = spans.find(({ name }) => name === `whist ${moveName}`)!;
    expect(move).toMatchObject({
      parentSpanId: traces.move.spanId,
      status: 0,
      attributes: { 'gamekeeper.match.id': table.matchId, 'gamekeeper.game': 'whist' },
    });
    const steps = spans.filter(({ parentSpanId }) => parentSpanId === move.spanId);
    expect(steps.toSorted((a, b) => Number(a.start - b.start)).map(({ name }) => name)).toEqual([
      'rules',
      'commit',
      'patch',
    ]);
    expect(spans).toHaveLength(4);
  });

  test('[TR5] a command that the game refused; one that is no command at all never got there', () => {
    const commands = spansOf(traces.refused).filter(({ kind }) => kind === 2);
    expect(commands).toMatchObject([
      { name: 'whist remove_bot', status: 0, attributes: { 'gamekeeper.code': 'seat/started' } },
    ]);
  });

  test('[TR4] [TR6] nothing else: not its bots, nor what had no trace of its own', () => {
    const known = new Set(Object.values(traces).map(({ traceId }) => traceId));
    expect(collector.spans.filter(({ traceId }) => !known.has(traceId))).toEqual([]);
  });

  test('[TR9] no token, name, account, tenant, payload or query goes out', () => {
    const bytes = collector.bodies.join();
    expect(bytes).toContain(table.matchId);
    for (const secret of ['planted', 'eyJ', ...token.split('.'), '127.0.0.1'])
      expect(bytes).not.toContain(secret);
  });
});
