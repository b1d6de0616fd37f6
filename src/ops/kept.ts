/** Work that many may ask for and that is done once: its answer is kept for a while, and nobody waits for long. */

export interface KeptOptions<T> {
  /** How long an answer counts, from when it came. */
  readonly keepMs: number;
  /** How long it counts that there was none; `keepMs` by default. */
  readonly keepNoneMs?: number;
  /** An answer later than this is none. */
  readonly patienceMs: number;
  /** What is answered where there is no answer. */
  readonly instead: T;
  /** Milliseconds that only grow. */
  readonly now?: () => number;
}

/** `work`, asked at most once at a time, and not before its latest answer counts no more. Never rejects. */
export function kept<T>(work: () => Promise<T>, options: KeptOptions<T>): () => Promise<T> {
  const { keepMs, keepNoneMs = keepMs, patienceMs, instead, now = () => performance.now() } = options;
  let until = Number.NEGATIVE_INFINITY;
  let answer: Promise<T> = Promise.resolve(instead);
  const ask = async (): Promise<T> => {
    try {
      const value = await inTime(work, patienceMs);
      until = now() + keepMs;
      return value;
    } catch {
      until = now() + keepNoneMs;
      return instead;
    }
  };
  return () => {
    if (now() < until) return answer;
    until = Number.POSITIVE_INFINITY;
    answer = ask();
    return answer;
  };
}

/** What `work` gives. Rejects where it fails or takes longer than `patienceMs`. */
async function inTime<T>(work: () => Promise<T>, patienceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), patienceMs);
  });
  const asked = (async () => work())();
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
