/** What a bench found, as a table and as JSON. */
export interface Row {
  /** Name of the figure, as on the command line. */
  readonly figure: string;
  readonly what: string;
  readonly unit: string;
  /** One of each sample. */
  readonly values: readonly number[];
  /** Where it has to be; absent: only for information. */
  readonly bound?: { readonly atLeast: number } | { readonly below: number };
  readonly note?: string;
}

export interface Judged extends Row {
  readonly median: number;
  readonly passes: boolean | null;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function judge(row: Row): Judged {
  const middle = median(row.values);
  const { bound } = row;
  if (!bound) return { ...row, median: middle, passes: null };
  return {
    ...row,
    median: middle,
    passes: 'below' in bound ? middle < bound.below : middle >= bound.atLeast,
  };
}

const headings = ['what', 'median', 'bound', '', 'spread', 'note'];

export function table(rows: readonly Judged[]): string {
  const lines = [headings, ...rows.map(cells)];
  const widths = headings.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cells({ what, unit, values, median: middle, bound, passes, note = '' }: Judged): string[] {
  const limit = !bound ? '' : 'below' in bound ? `< ${show(bound.below)}` : `≥ ${show(bound.atLeast)}`;
  const verdict = passes === null ? '' : passes ? 'pass' : 'FAIL';
  const spread = `${show(Math.min(...values))} … ${show(Math.max(...values))}`;
  return [what, `${show(middle)} ${unit}`, limit, verdict, spread, note];
}

/** Three significant digits, thousands grouped. */
function show(value: number): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 4 });
}
