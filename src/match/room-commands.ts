/** Commands as they come from a client: checked here, before anything of the match sees them. */
import type { Client } from '@colyseus/core';
import { z } from 'zod';
import type { Outcome } from './engine.ts';
import { seatCommands } from './seat-commands.ts';

/** How a message is answered: a request gets its answer; of a plain `send` only refusals are told, as message `refused`. */
export interface Reply {
  readonly id?: number | undefined;
  reject(reason: unknown): unknown;
}

export interface Refused {
  /** Id of the command, where it has one. */
  readonly id?: string;
  readonly code: string;
  readonly message: string;
}

export type Parsed =
  | { readonly id: string; readonly payload: unknown; readonly traceparent?: string }
  | Refused;

const commandId = z.string().min(1).max(64);

/** The schemas of all commands of a game: its own, and those about seats. */
export const commandSchemas = (own: Readonly<Record<string, z.ZodType>>): [string, z.ZodType][] =>
  Object.entries({ ...own, ...seatCommands });

/** W3C Trace Context, version 00. */
const traceContext = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The parts of a command `{id, traceparent?, …payload}`, or why it is refused. A bad `traceparent` counts as none. */
export function parseCommand(schema: z.ZodType, message: unknown): Parsed {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    return invalid('a command is an object: an id of its own, and its fields');
  }
  const { id: rawId, traceparent, ...fields } = message as { id?: unknown; traceparent?: unknown };
  const id = commandId.safeParse(rawId);
  if (!id.success) return invalid('id: a text of 1 to 64 characters, another for each command');
  const checked = schema.safeParse(fields);
  if (checked.success) {
    const trace = typeof traceparent === 'string' && traceContext.test(traceparent) && { traceparent };
    return { id: id.data, payload: checked.data, ...trace };
  }
  const { path, message: why } = checked.error.issues[0]!;
  return { id: id.data, ...invalid(`${path.join('.') || 'command'}: ${why}`) };
}

export function answer(client: Client, reply: Reply, id: string, outcome: Outcome): unknown {
  if (outcome.ok) return { n: outcome.n };
  return refuse(client, reply, { id, code: outcome.code, message: outcome.message });
}

/** Tells a client of a refusal, by the way it asked. */
export function refuse(client: Client, reply: Reply, refused: Refused): unknown {
  if (reply.id !== undefined) return reply.reject(refused);
  client.send('refused', refused);
  return undefined;
}

const invalid = (message: string): { code: string; message: string } => ({
  code: 'command/invalid',
  message,
});
