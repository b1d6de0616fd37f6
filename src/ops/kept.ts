/** Work that many may ask for and that is done once: its answer is kept for a while, and nobody waits for long. */

export interface KeptOptions<T> {
  /** How long an answer counts, from when it came. */
  readonly keepMs: number;
  /** An answer later than this is `instead`. */
  readonly patienceMs: number;
  /** What is answered where there is no answer; kept as long. */
  readonly instead: T;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/** `work`, asked at most once at a time and once in `keepMs`. Never rejects. */
export function kept<T>(work: () => Promise<T>, options: KeptOptions<T>): () => Promise<T> {
  const { keepMs, patienceMs, instead, now = () => performance.now() } = options;
  let until = Number.NEGATIVE_INFINITY;
  let answer: Promise<T> = Promise.resolve(instead);
  return () => {
    if (now() < until) return answer;
    until = Number.POSITIVE_INFINITY;
    answer = inTime(work, patienceMs, instead).finally(() => (until = now() + keepMs));
    return answer;
  };
}

/** What `work` gives, or `instead` where it fails or takes longer than `patienceMs`. */
async function inTime<T>(work: () => Promise<T>, patienceMs: number, instead: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, patienceMs, instead);
  });
  const asked = (async () => work())().catch(() => instead);
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
