/** What a load counts within a window of time. */
export interface Counted {
  readonly seconds: number;
  readonly moves: number;
  readonly patchBytes: number;
  readonly answerBytes: number;
  /** Milliseconds from the moment at which a move was due until the last of the four clients had its patch. */
  readonly p50: number;
  readonly p99: number;
  /** CPU of the load, as a share of one core. */
  readonly cpu: number;
}

export class Tally {
  #start = performance.now();
  #cpu = process.cpuUsage();
  #patchBytes = 0;
  #answerBytes = 0;
  #latencies: number[] = [];

  moved(latency: number): void {
    this.#latencies.push(latency);
  }

  bytes(patches: number, answers: number): void {
    this.#patchBytes += patches;
    this.#answerBytes += answers;
  }

  counted(): Counted {
    const seconds = (performance.now() - this.#start) / 1000;
    const { user, system } = process.cpuUsage(this.#cpu);
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? 0;
    return {
      seconds,
      moves: sorted.length,
      patchBytes: this.#patchBytes,
      answerBytes: this.#answerBytes,
      p50: at(0.5),
      p99: at(0.99),
      cpu: (user + system) / 1e6 / seconds,
    };
  }
}
