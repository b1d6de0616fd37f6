/** What a client asks of a replay: checked here, and refused with a code. */
import type { Client } from '@colyseus/core';
import { z } from 'zod';
import { refuse, type Reply } from '../match/room-commands.ts';
import { type Speed, speeds } from './playback.ts';

const whole = z.int().min(0);
const place = z.union(
  [
    z.strictObject({ at: whole }),
    z.strictObject({ tick: whole }),
    z.strictObject({ n: whole }),
    z.strictObject({ moment: whole }),
  ],
  'one of {at}, {tick}, {n} and {moment}: a whole number, 0 or more',
);
/** Where to go: milliseconds of play, a tick, an entry of the log, or a moment by its number. */
export type Place = z.output<typeof place>;

const messages = {
  play: z.strictObject({}),
  pause: z.strictObject({}),
  speed: z.strictObject({ speed: z.literal([...speeds], `one of ${speeds.join(', ')}`) }),
  seek: place,
};

export interface ReplayHand {
  onMessage(type: string, answer: (client: Client, message: unknown, reply: Reply) => unknown): unknown;
  /** Whether this client plays, pauses and seeks. */
  isInControl(client: Client): boolean;
  /** Where a place is; null where there is none. */
  find(place: Place): number | null;
  play(): Promise<void>;
  pause(): Promise<void>;
  setSpeed(speed: Speed): Promise<void>;
  goTo(at: number): Promise<void>;
  at(): number;
}

export function answerReplayMessages(hand: ReplayHand): void {
  const listen = <M extends keyof typeof messages>(
    name: M,
    act: (payload: z.output<(typeof messages)[M]>) => Promise<void> | null,
  ): void => {
    hand.onMessage(name, async (client, message, reply) => {
      if (!hand.isInControl(client)) return refuse(client, reply, notYours);
      const parsed = messages[name].safeParse(message ?? {});
      if (!parsed.success) return refuse(client, reply, invalid(name, parsed.error));
      const acting = act(parsed.data as z.output<(typeof messages)[M]>);
      if (!acting) return refuse(client, reply, noSuchPlace);
      await acting;
      return { at: hand.at() };
    });
  };
  listen('play', () => hand.play());
  listen('pause', () => hand.pause());
  listen('speed', ({ speed }) => hand.setSpeed(speed));
  listen('seek', (wanted) => {
    const at = hand.find(wanted);
    return at === null ? null : hand.goTo(at);
  });
  // this one gets the type in place of the message
  hand.onMessage('*', (client, type) => {
    const message = `there is no command ${String(type).slice(0, 32)}`;
    refuse(client, { reject: () => {} }, { code: 'command/unknown', message });
  });
}

const notYours = {
  code: 'replay/not_yours',
  message: 'who opened this replay plays it; open one of your own',
};
const noSuchPlace = { code: 'replay/no_such_place', message: 'the match has no such place (yet)' };

function invalid(name: string, { issues: [issue] }: z.ZodError) {
  return { code: 'command/invalid', message: `${issue!.path.join('.') || name}: ${issue!.message}` };
}
