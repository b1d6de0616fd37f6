/** Key moments as the server tells them to the clients of a match. */
import { styleText } from 'node:util';
import type { MomentRules } from '../src/match/moment-rules.ts';
import type { ToldMoment } from '../src/moments/tell.ts';

interface MomentRoom {
  onMessage(type: string, told: (moment: ToldMoment) => void): unknown;
}

/** One of several clients shows them; the SDK warns of messages that nobody takes. */
export function hearMoments(
  rooms: readonly MomentRoom[],
  show: (moment: ToldMoment) => void = () => {},
): void {
  for (const [i, room] of rooms.entries()) room.onMessage('moment', i === 0 ? show : () => {});
}

/** `★ Ada: what it is`, without its full stop. */
export function momentLine(
  { types }: MomentRules,
  names: readonly string[],
  { type, seat }: ToldMoment,
): string {
  const whose = seat === null ? '' : `${names[seat] ?? `seat ${seat}`}: `;
  return (
    styleText('yellow', `★ ${whose}${type.replaceAll('_', ' ')}`) +
    styleText('dim', ` (${types[type] ?? ''})`)
  );
}
