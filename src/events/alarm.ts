/** Something that sleeps and can be woken. A ring lasts until `reset`, so none is missed between two waits. */
export class Alarm {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  reset(): void {
    this.#rung = false;
  }

  /** Resolves when rung, or after `ms` milliseconds; the answer is whether it was rung. Only one may wait. */
  async wait(ms: number): Promise<boolean> {
    if (this.#rung) return true;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
    return this.#rung;
  }
}
