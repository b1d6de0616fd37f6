/** A strict reader of Prometheus' text format 0.0.4: throws at whatever a scraper would refuse or misread. */

export interface Scraped {
  readonly types: ReadonlyMap<string, string>;
  /** Value of a series, or undefined where there is none; labels in any order. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** All series of a name. */
  series(name: string): readonly Series[];
}

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const help = /^# HELP ([a-zA-Z_:][\w:]*) \S.*$/;
const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/;
const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

export function parseExposition(text: string): Scraped {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const [types, helps, all] = [new Map<string, string>(), new Set<string>(), new Map<string, Series>()];
  let family = '';
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [helped, typed, sampled] = [help.exec(line), type.exec(line), sample.exec(line)];
    if (helped) once(helps, helped[1]!, line);
    else if (typed) {
      family = typed[1]!;
      if (types.has(family) || !helps.has(family)) throw new Error(`out of order: ${line}`);
      types.set(family, typed[2]!);
    } else if (sampled && !line.startsWith('#')) {
      const [, name, labels = '', value] = sampled;
      if (!belongs(name!, family, types.get(family))) throw new Error(`not of ${family}: ${line}`);
      const series = { name: name!, labels: labelsOf(labels, line), value: numberOf(value!, line) };
      const key = keyOf(series.name, series.labels);
      if (all.has(key)) throw new Error(`twice: ${line}`);
      all.set(key, series);
    } else throw new Error(`not of the format: ${line}`);
  }
  checkHistograms(types, [...all.values()]);
  return {
    types,
    value: (name, labels = {}) => all.get(keyOf(name, labels))?.value,
    series: (name) => [...all.values()].filter((one) => one.name === name),
  };
}

function once(seen: Set<string>, name: string, line: string): void {
  if (seen.has(name)) throw new Error(`twice: ${line}`);
  seen.add(name);
}

function belongs(name: string, family: string, kind: string | undefined): boolean {
  if (kind === 'histogram') return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name);
  return name === family;
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  while (label.lastIndex < text.length) {
    const [, name, value] = label.exec(text) ?? [];
    if (name === undefined || name in labels) throw new Error(`bad labels: ${line}`);
    labels[name] = value!.replaceAll(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}

/** As Go's ParseFloat takes it. */
function numberOf(text: string, line: string): number {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw new Error(`no number: ${line}`);
  return Number(text);
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).toSorted()]);
}

/** Buckets grow to +Inf, which is the count. */
function checkHistograms(types: ReadonlyMap<string, string>, all: readonly Series[]): void {
  for (const [name, kind] of types) {
    if (kind !== 'histogram') continue;
    for (const count of all.filter((one) => one.name === `${name}_count`)) {
      const own = keyOf('', count.labels);
      const buckets = all
        .filter(
          ({ name: of, labels: { le: _, ...labels } }) =>
            of === `${name}_bucket` && keyOf('', labels) === own,
        )
        .map(({ labels, value }) => ({
          le: labels['le'] === '+Inf' ? Infinity : Number(labels['le']),
          value,
        }));
      const isSorted = buckets.every(({ le, value }, i) => {
        const before = buckets[i - 1];
        return !before || (le > before.le && value >= before.value);
      });
      const last = buckets.at(-1);
      if (!isSorted || last?.le !== Infinity || last.value !== count.value)
        throw new Error(`the buckets of ${name} are wrong`);
    }
  }
}
