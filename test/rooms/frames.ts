/** Every byte that the whist clients of this process get, and the cards that it must not hold. */
import { Room } from '@colyseus/sdk';
import { vi } from 'vitest';
import { CARD_NAMES } from '../../rooms/whist/cards.ts';
import type { WhistTable } from '../../rooms/whist/state.ts';
import { cardsIn, type WhistClient } from './table.ts';

/** One frame as it came over the socket, and what its client knows once it is decoded. */
export interface Frame {
  readonly room: WhistClient;
  readonly text: string;
  readonly round: number;
  readonly hands: readonly string[];
  readonly trick: string;
  readonly lastTrick: string;
}

/** Keeps every byte that any SDK client of this process gets from now on. */
export function recordFrames(): Frame[] {
  const frames: Frame[] = [];
  const inner = Room.prototype as unknown as { onMessageCallback(event: { data: ArrayBuffer }): void };
  const receive = inner.onMessageCallback;
  vi.spyOn(inner, 'onMessageCallback').mockImplementation(function (this: WhistClient, event) {
    const bytes = Buffer.from(event.data.slice(0));
    receive.call(this, event);
    frames.push({ room: this, text: withoutNoise(bytes, this), ...shown(this.state) });
  });
  return frames;
}

/** Cards in a frame besides the own hand, the table and the last trick; `seat` null for who watches. */
export function foreignCards({ text, hands, trick, lastTrick }: Frame, seat: number | null): string[] {
  const known = new Set([...cardsIn(hands[seat ?? -1] ?? ''), ...cardsIn(trick), ...cardsIn(lastTrick)]);
  return CARD_NAMES.filter((name) => text.includes(name) && !known.has(name));
}

function shown(state: WhistTable | undefined): Omit<Frame, 'room' | 'text'> {
  if (!state?.seats?.length) return { round: 0, hands: [], trick: '', lastTrick: '' };
  const { round, trick, lastTrick } = state;
  return { round, hands: state.seats.map(({ hand }) => hand ?? ''), trick, lastTrick };
}

/** The bytes as text, without what is random or constant, where two letters may look like a card by chance. */
function withoutNoise(bytes: Buffer, { reconnectionToken, state }: WhistClient): string {
  const origin = Buffer.alloc(8);
  origin.writeDoubleLE(state?.origin ?? 0);
  return bytes
    .toString('latin1')
    .replaceAll(origin.toString('latin1'), '')
    .replaceAll(reconnectionToken?.split(':')[1] ?? '', '')
    .replaceAll('such as AS or TD', '');
}
