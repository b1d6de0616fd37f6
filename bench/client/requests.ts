/** Bytes of a Colyseus request: code, request id, name, and the payload as MessagePack, written by hand. */
import { Protocol } from '@colyseus/shared-types';
import { encode } from '@colyseus/schema';

const buffer = Buffer.alloc(512);

export type Payload = Readonly<Record<string, string | number | boolean>>;

/** Texts of less than 32 characters, numbers of 0 to 255. The bytes are valid until the next call. */
export function requestBytes(requestId: number, name: string, payload: Payload): Uint8Array {
  const it = { offset: 1 };
  buffer[0] = Protocol.ROOM_REQUEST;
  encode.number(buffer, requestId, it);
  encode.string(buffer, name, it);
  const fields = Object.entries(payload);
  buffer[it.offset++] = 0x80 | fields.length;
  for (const [key, value] of fields) {
    writeText(key, it);
    if (typeof value === 'string') writeText(value, it);
    else if (typeof value === 'number') writeNumber(value, it);
    else buffer[it.offset++] = value ? 0xc3 : 0xc2;
  }
  return buffer.subarray(0, it.offset);
}

function writeText(text: string, it: { offset: number }): void {
  buffer[it.offset++] = 0xa0 | text.length;
  it.offset += buffer.write(text, it.offset, 'latin1');
}

function writeNumber(value: number, it: { offset: number }): void {
  if (value > 127) buffer[it.offset++] = 0xcc;
  buffer[it.offset++] = value;
}
