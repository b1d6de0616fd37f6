/** How far a tool has come, on stderr: stdout is for what it was asked for. */
const everyMatches = 1_000;

export class Progress {
  readonly #done: string;
  #matches = 0;

  /** `done` such as `exported`. */
  constructor(done: string) {
    this.#done = done;
  }

  count(): void {
    this.#matches++;
    if (this.#matches % everyMatches === 0) this.tell(`${this.#done} ${this.#matches} matches …`);
  }

  tell(text: string): void {
    console.error(text);
  }

  end(more = ''): void {
    this.tell(`${this.#done} ${this.#matches} matches${more}`);
  }
}
