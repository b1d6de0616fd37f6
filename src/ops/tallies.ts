/**
 * Instruments of the metrics, cheap enough for every move: what is counted under some labels is found once, and then is a
 * number in memory (prom-client 15 looks the labels up at each observation, which costs 300 ns). A scrape reads them.
 */

export type Labels = Readonly<Record<string, string | number>>;

export interface Sample {
  /** Absent: that of the family. */
  readonly metricName?: string;
  readonly labels: Labels;
  readonly value: number;
}

export interface Instrument {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  samples(): Sample[];
}

/** What is counted under one set of labels. */
interface Child {
  samples(name: string, labels: Labels): Sample[];
}

/** More sets of labels than this are counted together, as `other`: a scrape stays small whatever happens. */
const mostChildren = 2_000;

/** An instrument with its labels. Their values are ours, and few: never what a client sent. */
export class Family<C extends Child, L extends readonly string[]> implements Instrument {
  readonly name: string;
  readonly help: string;
  readonly type: Instrument['type'];
  readonly labels: L;
  readonly #make: () => C;
  readonly #children = new Map<string, { readonly labels: Labels; readonly child: C }>();

  constructor(type: Instrument['type'], name: string, help: string, labels: L, make: () => C) {
    this.type = type;
    this.name = name;
    this.help = help;
    this.labels = labels;
    this.#make = make;
    // what has no labels is there from the beginning
    if (labels.length === 0) this.of(...([] as unknown as { [K in keyof L]: string }));
  }

  /** What is counted under these values of the labels, in their order. To be kept where it is needed often. */
  of(...values: { [K in keyof L]: string }): C {
    const known = this.#children.get(values.join('\n'));
    if (known) return known.child;
    const isFull = this.#children.size >= mostChildren;
    return this.#add(isFull ? values.map(() => 'other') : values);
  }

  clear(): void {
    this.#children.clear();
  }

  samples(): Sample[] {
    return [...this.#children.values()].flatMap(({ labels, child }) => child.samples(this.name, labels));
  }

  #add(values: readonly string[]): C {
    const key = values.join('\n');
    const labels = Object.fromEntries(this.labels.map((label, i) => [label, values[i]!]));
    const added = this.#children.get(key) ?? { labels, child: this.#make() };
    this.#children.set(key, added);
    return added.child;
  }
}

/** A number: of a counter it only grows. */
export class Tally implements Child {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }

  samples(_name: string, labels: Labels): Sample[] {
    return [{ labels, value: this.value }];
  }
}

/** How long things took, in seconds. */
export class Durations implements Child {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(seconds: number): void {
    // clocks of two threads may disagree
    if (!(seconds >= 0)) return;
    let bucket = 0;
    while (seconds > this.#bounds[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.#sum += seconds;
  }

  samples(name: string, labels: Labels): Sample[] {
    let count = 0;
    const buckets = [...this.#bounds, '+Inf'].map((le, i) => {
      count += this.#counts[i]!;
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}

export const counter = <const L extends readonly string[]>(name: string, help: string, labels: L) =>
  new Family('counter', name, help, labels, () => new Tally());

export const gauge = <const L extends readonly string[]>(name: string, help: string, labels: L) =>
  new Family('gauge', name, help, labels, () => new Tally());

/** `bounds`: of its buckets, in seconds, growing. */
export const histogram = <const L extends readonly string[]>(
  name: string,
  help: string,
  labels: L,
  bounds: readonly number[],
) => new Family('histogram', name, help, labels, () => new Durations(bounds));
