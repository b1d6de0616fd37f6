/** Where a log ends: the place after it, and the sequence of its last message (0: it has none). */
export interface End {
  readonly next: number;
  readonly seq: number;
}

/** Matches of which is remembered where their logs end. */
const MOST = 20_000;

/** Where the logs end that were appended to last, all of one stream. */
export class Ends {
  readonly #ends = new Map<string, End>();
  #created: number | undefined;

  /** Forgets those of another stream than that which was made at this time. */
  of(created: number | undefined): void {
    if (created !== undefined && created !== this.#created) {
      this.#ends.clear();
      this.#created = created;
    }
  }

  get(matchId: string): End | undefined {
    return this.#ends.get(matchId);
  }

  set(matchId: string, end: End): End {
    this.#ends.delete(matchId);
    this.#ends.set(matchId, end);
    if (this.#ends.size > MOST) this.#ends.delete(this.#ends.keys().next().value!);
    return end;
  }

  delete(matchId: string): void {
    this.#ends.delete(matchId);
  }
}
