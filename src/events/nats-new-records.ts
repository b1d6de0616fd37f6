import type { Published } from './event-stream.ts';
import { cutBefore } from './record.ts';

/** Matches of which is remembered how far they were seen. */
const MOST_MATCHES = 20_000;

/** Of records that come, what was not seen before: nobody sees a match go back, whatever lies in the stream twice. */
export class NewRecords {
  readonly #ends = new Map<string, number>();

  of(records: readonly Published[]): Published[] {
    return records.flatMap((record) => {
      const { matchId, n, entries } = record;
      const seen = this.#ends.get(matchId) ?? 1;
      const end = n + entries.length;
      this.#ends.delete(matchId);
      this.#ends.set(matchId, Math.max(seen, end));
      if (this.#ends.size > MOST_MATCHES) this.#ends.delete(this.#ends.keys().next().value!);
      return end > seen ? [cutBefore(seen, record)] : [];
    });
  }
}
