/**
 * Entries in columns: what is alike stands side by side, and times and ticks as the steps between them, so that a
 * compressor finds little new in them. `data` that is a JSON object has a column for each of its keys, whatever entry
 * they stand in; any other has a column of its own.
 */
import { z } from 'zod';
import type { Entry } from '../match/engine.ts';

/** Values as they are, or whole numbers by their differences. */
const columnSchema = z.union([z.array(z.unknown()), z.object({ d: z.array(z.int()) })]);
type Column = z.infer<typeof columnSchema>;

/** Type of an entry, and the keys of its data in their order; null where that is no object. */
const shapeSchema = z.tuple([z.string(), z.array(z.string()).nullable()]);
type Shape = z.infer<typeof shapeSchema>;

export const columnsSchema = z.object({
  shapes: z.array(shapeSchema),
  /** Of each entry. */
  shape: z.array(z.int()),
  t: columnSchema,
  seat: z.array(z.int().nullable()),
  /** By key; null: data that is no object. */
  data: z.array(z.tuple([z.string().nullable(), columnSchema])),
});
export type Columns = z.infer<typeof columnsSchema>;

/** Entries one after the other, without the ids of commands. */
export function toColumns(entries: readonly Entry[]): Columns {
  const shapes = new Map<string, number>();
  const data = new Map<string | null, unknown[]>();
  const shape = entries.map((entry) => {
    const keys = keysOf(entry.data);
    if (keys === null) columnOf(data, null).push(entry.data);
    else for (const key of keys) columnOf(data, key).push((entry.data as Record<string, unknown>)[key]);
    const name = JSON.stringify([entry.type, keys] satisfies Shape);
    if (!shapes.has(name)) shapes.set(name, shapes.size);
    return shapes.get(name)!;
  });
  return {
    shapes: [...shapes.keys()].map((name) => JSON.parse(name) as Shape),
    shape,
    t: packColumn(entries.map(({ t }) => t)),
    seat: entries.map(({ seat }) => seat),
    data: [...data].map(([key, values]) => [key, packColumn(values)]),
  };
}

/** The entries again; the first has the place `n`. Throws where the columns don't fit together. */
export function fromColumns(columns: Columns, n: number): Entry[] {
  const times = unpackColumn(columns.t);
  const readers = new Map(columns.data.map(([key, column]) => [key, new Reader(unpackColumn(column))]));
  const take = (key: string | null): unknown => need(readers.get(key)).take();
  if (times.length !== columns.shape.length || columns.seat.length !== times.length) throw misfit();
  const entries = columns.shape.map((index, i): Entry => {
    const [type, keys] = need(columns.shapes[index]);
    const data = keys === null ? take(null) : Object.fromEntries(keys.map((key) => [key, take(key)]));
    return { n: n + i, t: z.number().parse(times[i]), type, seat: columns.seat[i]!, data };
  });
  if ([...readers.values()].some((reader) => !reader.isDone)) throw misfit();
  return entries;
}

/** JSON leaves out what is undefined. */
function keysOf(data: unknown): string[] | null {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return null;
  return Object.keys(data).filter((key) => (data as Record<string, unknown>)[key] !== undefined);
}

function columnOf(columns: Map<string | null, unknown[]>, key: string | null): unknown[] {
  const column = columns.get(key) ?? [];
  columns.set(key, column);
  return column;
}

/** So large that a difference of two is still exact. */
const largest = 2 ** 51;
const isExact = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) <= largest;

function packColumn(values: unknown[]): Column {
  if (!values.every(isExact)) return values;
  const steps = values.map((value, i) => value - (values[i - 1] ?? 0));
  return JSON.stringify(steps).length < JSON.stringify(values).length ? { d: steps } : values;
}

function unpackColumn(column: Column): unknown[] {
  if (Array.isArray(column)) return column;
  let value = 0;
  return column.d.map((step) => (value += step));
}

class Reader {
  readonly #values: readonly unknown[];
  #at = 0;

  constructor(values: readonly unknown[]) {
    this.#values = values;
  }

  get isDone(): boolean {
    return this.#at === this.#values.length;
  }

  take(): unknown {
    if (this.isDone) throw misfit();
    return this.#values[this.#at++];
  }
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw misfit();
  return value;
}

const misfit = (): Error => new Error('the columns do not fit together');
