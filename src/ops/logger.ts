/** Structured logs: one line of JSON for each, on standard output. Secrets are taken out of the finished line. */
import { format } from 'node:util';
import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

/** What the house logs with: fields first, then a sentence. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Whatever a caller put into a line, wherever it stands in it: no token, no password, no secret gets out. */
const secrets: readonly [RegExp, string][] = [
  // A JSON Web Token, whole or cut: its header always begins with {" in base64url.
  [/eyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g, '[token]'],
  [/\bBearer\s+[^\s"\\]+/gi, 'Bearer [token]'],
  [
    /("(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|_?auth_?token|(?:re\w*)?token|secret|password)":)(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\])/gi,
    '$1"[redacted]"',
  ],
  [/(\b\w+:\/\/[^\s:/"@]*:)[^\s/"@]+@/g, '$1[redacted]@'],
  [/([?&](?:\w*token|secret|password)=)[^&#\s"'\\]+/gi, '$1[redacted]'],
  [/\b((?:set-)?cookie: ?)[^"\\]+/gi, '$1[redacted]'],
];

/** Fields that hold what belongs to a person: never in clear, whoever writes the line. */
const personalFields = ['address', 'remoteAddress', 'ip', 'email', 'deviceId'];

export function redact(line: string): string {
  return secrets.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}

/** What joins every line; see log-context.ts. */
export interface LogContext {
  /** More fields of the line that is being written: a new object each time. */
  readonly fields?: () => object;
  /** What is shown of a personal datum. */
  readonly personal?: (value: string) => string;
}

/** A logger of at least `level`; `destination` instead of standard output. */
export function createLogger(
  { level }: Config['log'],
  destination?: DestinationStream,
  { fields, personal = () => '[personal]' }: LogContext = {},
): Logger {
  const hide = (value: unknown): string => personal(String(value));
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {
        error: pino.stdSerializers.err,
        ...Object.fromEntries(personalFields.map((name) => [name, hide])),
      },
      ...(fields && { mixin: fields }),
      hooks: { streamWrite: redact },
    },
    destination ?? pino.destination({ sync: true }),
  );
}

/** What Colyseus logs through: it passes texts and values as one does to the console. */
export function colyseusLogger(log: Log): Record<'debug' | 'error' | 'info' | 'trace' | 'warn', LogLine> {
  const line =
    (level: keyof Log): LogLine =>
    (...args) =>
      log[level]({ from: 'colyseus' }, format(...args));
  return {
    trace: line('debug'),
    debug: line('debug'),
    info: line('debug'),
    warn: line('warn'),
    error: line('error'),
  };
}

type LogLine = (...args: unknown[]) => void;
