/** Garbage that the server told of, by the step in which it was sent. */
import type { Packet } from '../../rooms/tetris/garbage.ts';

export class Packets {
  /** Of the newest packet known; later ones are due later. */
  #lastDue = -1;
  #bySent = new Map<number, Packet[]>();

  /** All that is known now is in the board. */
  restart(packets: readonly Packet[]): void {
    this.#bySent.clear();
    this.#lastDue = Math.max(this.#lastDue, ...packets.map(({ due }) => due));
  }

  /** Notes the new ones among those that wait at the server; gives the earliest step that one was sent in, or null. */
  hear(waiting: readonly Packet[], delay: number): number | null {
    const fresh = waiting.filter(({ due }) => due > this.#lastDue);
    for (const packet of fresh) {
      const sent = packet.due - delay;
      this.#bySent.set(sent, [...(this.#bySent.get(sent) ?? []), packet]);
      this.#lastDue = Math.max(this.#lastDue, packet.due);
    }
    return fresh.length === 0 ? null : fresh[0]!.due - delay;
  }

  /** Those that were sent in this step. */
  sentIn(tick: number): readonly Packet[] {
    return this.#bySent.get(tick) ?? [];
  }

  forgetBefore(tick: number): void {
    for (const sent of this.#bySent.keys()) if (sent < tick) this.#bySent.delete(sent);
  }
}
