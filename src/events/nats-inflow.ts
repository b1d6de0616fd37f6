import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { Alarm } from './alarm.ts';

const LONG_MS = 3_600_000;

/** What a consumer brings, gathered until it's taken; beyond `most` the consumer has to wait. */
export class Inflow {
  readonly #messages: ConsumerMessages;
  readonly #most: number;
  readonly #arrived = new Alarm();
  readonly #taken = new Alarm();
  #waiting: JsMsg[] = [];
  #ended = false;
  #error: unknown;

  constructor(messages: ConsumerMessages, most: number) {
    this.#messages = messages;
    this.#most = most;
    void this.#gather();
  }

  /** Everything that is there, as soon as there is something; nothing once the consumer has ended. Throws what ended it. */
  async take(): Promise<readonly JsMsg[]> {
    while (this.#waiting.length === 0 && !this.#ended) {
      await this.#arrived.wait(LONG_MS);
      this.#arrived.reset();
    }
    const taken = this.#waiting;
    this.#waiting = [];
    this.#taken.ring();
    if (taken.length === 0 && this.#error !== undefined) throw this.#error;
    return taken;
  }

  end(): void {
    this.#messages.stop();
    this.#taken.ring();
  }

  async #gather(): Promise<void> {
    try {
      for await (const message of this.#messages) {
        this.#taken.reset();
        this.#waiting.push(message);
        this.#arrived.ring();
        if (this.#waiting.length >= this.#most) await this.#taken.wait(LONG_MS);
      }
    } catch (error) {
      this.#error = error;
    }
    this.#ended = true;
    this.#arrived.ring();
  }
}
