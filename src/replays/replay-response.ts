/** A replay as an answer of HTTP: compressed where the client takes that, and not sent again to who has it. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import { type ReplayParts, replayLines } from './lines.ts';

export interface Asked {
  /** Only the headers are asked for. */
  readonly isHead: boolean;
  header(name: string): string | null;
  /** Told of what breaks the lines off. */
  fault(error: unknown): void;
}

export function replayResponse(parts: ReplayParts, { isHead, header, fault }: Asked): Response {
  const isGzip = takesGzip(header('accept-encoding'));
  const etag = etagOf(parts, isGzip);
  const headers = {
    'Content-Type': 'application/x-ndjson',
    // it is the tenant's alone, and whoever has it may ask whether it is still the same
    'Cache-Control': 'private, no-cache',
    ETag: etag,
    Vary: 'Accept-Encoding',
  };
  if (isAmong(etag, header('if-none-match'))) return new Response(null, { status: 304, headers });
  const encoded = isGzip ? { ...headers, 'Content-Encoding': 'gzip' } : headers;
  const body = isHead ? null : bodyOf(parts, isGzip, fault);
  return new Response(body, { headers: encoded });
}

/** A finished replay never changes but for what is listed here; compressed it has other bytes. */
function etagOf({ log: { header, entries, hashes }, events, moments }: ReplayParts, isGzip: boolean): string {
  const { id, verified, flaw } = header;
  const said = ['1', id, entries.length, hashes.at(-1), verified, flaw, events.kind, moments.length, isGzip];
  return `"${createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 22)}"`;
}

const isAmong = (etag: string, list: string | null): boolean =>
  (list ?? '').split(',').some((one) => ['*', etag, `W/${etag}`].includes(one.trim()));

/** Whether gzip is among the codings of an Accept-Encoding header, with a weight other than 0 (RFC 9110, 12.5.3). */
function takesGzip(accepted: string | null): boolean {
  const weights = new Map(
    (accepted ?? '').split(',').map((coding) => {
      const [name = '', ...rest] = coding.toLowerCase().replaceAll(/\s/g, '').split(';');
      return [name, Number(rest.find((one) => one.startsWith('q='))?.slice(2) ?? 1)] as const;
    }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}

function bodyOf(parts: ReplayParts, isGzip: boolean, fault: (error: unknown) => void): ReadableStream {
  const lines = Readable.from(watched(parts, fault), { objectMode: false });
  if (!isGzip) return Readable.toWeb(lines) as ReadableStream;
  // each part is flushed: so who reads sees it when it is made
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  // what fails breaks off the answer, and has been told of
  pipeline(lines, gzip).catch(() => {});
  return Readable.toWeb(gzip) as ReadableStream;
}

async function* watched(parts: ReplayParts, fault: (error: unknown) => void): AsyncGenerator<Buffer> {
  try {
    for await (const text of replayLines(parts)) yield Buffer.from(text);
  } catch (error) {
    fault(error);
    throw error;
  }
}
