/** One direction of a simulated connection: what is on its way, in order, as on a socket. Times in milliseconds. */
export class Line<T> {
  readonly #delay: () => number;
  #sent: { readonly at: number; readonly item: T }[] = [];
  #last = 0;

  constructor(delay: () => number) {
    this.#delay = delay;
  }

  send(item: T, now: number): void {
    this.#last = Math.max(this.#last, now + this.#delay());
    this.#sent.push({ at: this.#last, item });
  }

  arrived(now: number): T[] {
    const due = this.#sent.findIndex(({ at }) => at > now);
    return this.#sent.splice(0, due < 0 ? this.#sent.length : due).map(({ item }) => item);
  }
}
