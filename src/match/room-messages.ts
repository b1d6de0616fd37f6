/** What a room answers: the commands of its game, those about seats, `rematch`, and `list_matches`. */
import type { z } from 'zod';
import type { Principal } from '../auth/principal.ts';
import type { Outcome } from './engine.ts';
import type { MatchClient } from './people.ts';
import { answer, commandSchemas, parseCommand, refuse, type Refused, type Reply } from './room-commands.ts';

export interface MessageTarget {
  onMessage(type: string, answer: (client: MatchClient, message: unknown, reply: Reply) => unknown): unknown;
  /** Schemas of the game's own commands. */
  readonly commands: Readonly<Record<string, z.ZodType>>;
  /** What the game answers besides. */
  readonly answers: Readonly<Record<string, (seat: number) => unknown>>;
  command(seat: number, id: string, name: string, payload: unknown, traceparent?: string): Promise<Outcome>;
  /** A command was refused before the match had it. */
  refused(code: string): void;
  /** Id of the next match, null while others have not asked, or undefined while this match goes on. */
  rematch(account: string): Promise<string | null> | undefined;
  listMatches(principal: Principal, query: unknown): Promise<unknown>;
  fault(error: unknown): void;
}

export function answerMessages(room: MessageTarget): void {
  for (const [name, schema] of commandSchemas(room.commands)) {
    room.onMessage(name, (client, message, reply) =>
      answerCommand(room, name, schema, client, message, reply),
    );
  }
  for (const [name, give] of Object.entries(room.answers)) {
    room.onMessage(name, (client, _message, reply) => answerSeat(give, client, reply));
  }
  room.onMessage('rematch', (client, _message, reply) => answerRematch(room, client, reply));
  room.onMessage('list_matches', (client, query, reply) => answerList(room, client, query, reply));
  // this one gets the type in place of the message
  room.onMessage('*', (client, type) => {
    const message = `there is no command ${String(type).slice(0, 32)}`;
    refuseCommand(room, client, { reject: () => {} }, { code: 'command/unknown', message });
  });
}

async function answerCommand(
  room: MessageTarget,
  name: string,
  schema: z.ZodType,
  client: MatchClient,
  message: unknown,
  reply: Reply,
): Promise<unknown> {
  const parsed = parseCommand(schema, message);
  if ('code' in parsed) return refuseCommand(room, client, reply, parsed);
  const { id, payload, traceparent } = parsed;
  const { seat } = client.userData!;
  if (seat === null)
    return refuseCommand(room, client, reply, { id, code: 'seat/none', message: 'spectators only watch' });
  return answer(client, reply, id, await room.command(seat, id, name, payload, traceparent));
}

function refuseCommand(room: MessageTarget, client: MatchClient, reply: Reply, refused: Refused): unknown {
  room.refused(refused.code);
  return refuse(client, reply, refused);
}

function answerSeat(give: (seat: number) => unknown, client: MatchClient, reply: Reply): unknown {
  const { seat } = client.userData!;
  if (seat === null) return refuse(client, reply, { code: 'seat/none', message: 'spectators only watch' });
  return give(seat);
}

async function answerRematch(room: MessageTarget, client: MatchClient, reply: Reply): Promise<unknown> {
  const asked = client.userData!.seat === null ? undefined : room.rematch(client.auth!.accountId);
  if (asked) return { matchId: await asked };
  return refuse(client, reply, {
    code: 'rematch/not_over',
    message: 'players ask for it when the match has ended',
  });
}

async function answerList(
  room: MessageTarget,
  client: MatchClient,
  query: unknown,
  reply: Reply,
): Promise<unknown> {
  try {
    return await room.listMatches(client.auth!, query ?? {});
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (typeof code === 'string' && code.startsWith('history/'))
      return refuse(client, reply, { code, message });
    room.fault(error);
    return refuse(client, reply, { code: 'internal', message: 'this could not be answered; try again' });
  }
}
