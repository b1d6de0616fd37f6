/** Durations in buckets that grow with them, as HDR histograms have them: fixed memory, whatever is counted. */

/** Buckets for each doubling: a percentile is at most 1/64 (1.6 %) above the exact one. */
const perDoubling = 64;
const longestMicros = 2 ** 32 - 1;
const buckets = bucketOf(longestMicros) + 1;

/** What of a histogram passes between processes. Milliseconds. */
export interface Durations {
  readonly counts: Float64Array;
  readonly max: number;
}

export class Histogram implements Durations {
  readonly counts = new Float64Array(buckets);
  max = 0;

  /** Of a microsecond to 71 minutes; what is longer counts as that. */
  add(ms: number): void {
    const micros = Math.min(longestMicros, Math.max(0, Math.round(ms * 1000)));
    this.counts[bucketOf(micros)]!++;
    this.max = Math.max(this.max, micros / 1000);
  }

  merge({ counts, max }: Durations): void {
    for (let i = 0; i < buckets; i++) this.counts[i]! += counts[i]!;
    this.max = Math.max(this.max, max);
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** The duration that this share of all does not exceed; 0 where there is none. `share`: over 0, up to 1. */
  percentile(share: number): number {
    const rank = Math.ceil(share * this.count);
    let passed = 0;
    for (let i = 0; i < buckets; i++) {
      passed += this.counts[i]!;
      if (passed >= rank && passed > 0) return Math.min(this.max, longestIn(i) / 1000);
    }
    return 0;
  }
}

/** Whole microseconds up to 127 have a bucket each; above, each doubling has 64. */
function bucketOf(micros: number): number {
  const shift = Math.max(0, 25 - Math.clz32(micros));
  return perDoubling * shift + (micros >>> shift);
}

function longestIn(bucket: number): number {
  if (bucket < 2 * perDoubling) return bucket;
  const shift = Math.floor(bucket / perDoubling) - 1;
  return ((bucket % perDoubling) + perDoubling + 1) * 2 ** shift - 1;
}
