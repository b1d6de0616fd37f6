/** What is deployed beside the server asks for figures that it has. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createInstruments } from '../../src/ops/instruments.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { parseExposition } from './exposition.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const operations = read('docs/operations.md');
const instruments = Object.values(createInstruments());

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const boards = globSync('deploy/grafana/dashboards/*.json', { cwd: root }).map(
  (path) => [basename(path), JSON.parse(read(path)) as { uid: string; panels: Panel[] }] as const,
);
const alerts = read('deploy/prometheus/alerts.yml')
  .split('- alert: ')
  .slice(1)
  .map((text) => [text.split('\n', 1)[0]!, text] as const);
const expressionOf = (alert: string): string =>
  /expr: (?:>-\s+)?([^]*?)\n\s+(?:for|labels):/.exec(alert)![1]!;

/** Names and labels of a query. What is in quotes, a range, or a function is left out. */
function usedIn(query: string) {
  const bare = query.replaceAll(/"[^"]*"/g, '""').replaceAll(/\[[^\]]*\]/g, '');
  const matched = [...bare.matchAll(/\{([^}]*)\}/g)].flatMap(([, matchers]) => matchers!.split(','));
  const grouped = [...bare.matchAll(/\b(?:by|ignoring) \(([^)]*)\)/g)].flatMap(([, labels]) =>
    labels!.split(','),
  );
  const rest = bare.replaceAll(/\{[^}]*\}/g, '').replaceAll(/\b(?:by|ignoring) \([^)]*\)/g, '');
  const names = [...rest.matchAll(/[a-z_][\w:]*(?!\w*\s*\()/gi)].map(([name]) => name);
  const labels = [...matched.map((one) => /^\w+/.exec(one.trim())![0]), ...grouped.map((one) => one.trim())];
  return { names: names.filter((name) => name !== 'or'), labels };
}

describe('what is deployed beside the server', () => {
  const names = new Set(['up']);
  /** Those of Prometheus and of prom-client, and ours. */
  const labels = new Set(['job', 'instance', 'le', 'kind', ...instruments.flatMap((one) => [...one.labels])]);

  beforeAll(async () => {
    const { types } = parseExposition(await createMetrics({ games: [] }).text());
    for (const [name, type] of types) {
      const parts = type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      for (const part of parts) names.add(name + part);
    }
  });

  function mustBeKnown(query: string): void {
    const used = usedIn(query);
    expect(used.names.length, query).toBeGreaterThan(0);
    expect([
      ...used.names.filter((name) => !names.has(name)),
      ...used.labels.filter((one) => !labels.has(one)),
    ]).toEqual([]);
  }

  test('[OP38] what a query uses is found', () => {
    const query =
      'topk(10, histogram_quantile(0.99, sum by (le, route) (rate(a_bucket{x="b c",y!~"d"}[$__rate_interval])))) > 0.1 * (z > 5)';
    expect(usedIn(query)).toEqual({ names: ['a_bucket', 'z'], labels: ['x', 'y', 'le', 'route'] });
  });

  test.each(boards)('[OP38] the dashboard %s asks for what there is', (_, { panels }) => {
    const targets = panels.flatMap((panel) => panel.targets);
    expect(targets.length).toBeGreaterThan(5);
    for (const { expr, legendFormat } of targets) {
      mustBeKnown(expr);
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      const { labels: given } = usedIn(expr);
      if (expr.includes(' by (')) expect(given, expr).toEqual(expect.arrayContaining(shown));
    }
  });

  test.each(alerts)('[OP38] the alert %s asks for what there is, and leads to its runbook', (name, text) => {
    mustBeKnown(expressionOf(text));
    expect(text).toMatch(/severity: (page|ticket)/);
    expect(text).toMatch(/summary: '.+'/);
    expect(text).toContain(`runbook: docs/operations.md#${name.toLowerCase()}\n`);
    expect(operations).toContain(`\n### ${name}\n`);
  });

  test('[OP38] every instrument is shown on a dashboard, and explained', () => {
    const queries = boards.flatMap(([, { panels }]) =>
      panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    );
    for (const { name, labels: own } of instruments) {
      expect(queries.join('\n'), name).toContain(name);
      expect(operations).toContain(`| \`${name}\` | ${own.join(', ')}${own.length > 0 ? ' ' : ''}|`);
    }
  });
});
