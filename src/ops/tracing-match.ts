/** Spans of commands, made after the fact: which are kept is decided then, so that all others cost next to nothing. */
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { type HandledBatch, type HandledCommand, type MatchObserver, nobody } from '../match/observer.ts';
import type { Tracing } from './tracing.ts';
import { wallTime } from './tracing-context.ts';

/** The only outcome that blames the server; any other refusal is the game's answer. */
const fault = 'match/fault';

export function traceMatches(tracing: Tracing): MatchObserver {
  const { sampling, callerOf } = tracing;
  return {
    ...nobody,
    now: () => performance.now(),
    handled(batch) {
      for (const command of batch.commands) {
        const { traceparent } = command;
        const caller = traceparent === undefined ? ROOT_CONTEXT : callerOf({ traceparent });
        if (sampling.keeps(trace.getSpanContext(caller))) tell(tracing, batch, command, caller);
      }
    },
  };
}

/** The steps were those of the whole batch: each command that is kept shows them. */
function tell({ tracer }: Tracing, batch: HandledBatch, command: HandledCommand, caller: Context): void {
  const { game, beganAt, ruledAt, committedAt, toldAt, entries } = batch;
  const { name, arrivedAt, outcome } = command;
  const options = {
    kind: SpanKind.SERVER,
    startTime: wallTime(arrivedAt),
    attributes: attributesOf(batch, command),
  };
  const span = tracer.startSpan(`${game} ${name}`, options, caller);
  const within = trace.setSpan(ROOT_CONTEXT, span);
  const step = (title: string, from: number, to: number, attributes: Attributes = {}): void =>
    tracer.startSpan(title, { startTime: wallTime(from), attributes }, within).end(wallTime(to));
  step('rules', beganAt, ruledAt);
  if (entries > 0 && committedAt > ruledAt)
    step('commit', ruledAt, committedAt, { 'gamekeeper.entries': entries });
  step('patch', committedAt, toldAt);
  if (!outcome.ok && outcome.code === fault) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(wallTime(toldAt));
}

function attributesOf({ matchId, game }: HandledBatch, { name, seat, outcome }: HandledCommand): Attributes {
  return {
    'gamekeeper.match.id': matchId,
    'gamekeeper.game': game,
    'gamekeeper.command': name,
    'gamekeeper.seat': seat,
    ...(!outcome.ok && { 'gamekeeper.code': outcome.code }),
  };
}
