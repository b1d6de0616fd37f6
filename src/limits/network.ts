/** Whose an address is, as far as limits go. */

/**
 * An IPv4 address stands for itself, however it is written; an IPv6 address for its network of 64 bits, which is what one
 * customer gets at least: it has 2^64 addresses to ask from.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, longest);
  const groups = groupsOf(address.slice(0, longest));
  const [network, last] = [groups.slice(0, 4), groups.slice(6)];
  if (groups.slice(0, 6).join() === '0,0,0,0,0,65535') return ipv4Of(last);
  return network.map((group) => group.toString(16)).join(':');
}

/** Of any address with a zone; nothing that is longer is one. */
const longest = 64;

/** The eight numbers of an IPv6 address; of what is none, some that are the same each time. */
function groupsOf(address: string): number[] {
  const [text = ''] = address.split('%', 1);
  const [before = '', after] = text.split('::', 2);
  const [left, right] = [numbersOf(before), numbersOf(after ?? '')];
  const zeros = after === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<number>(zeros).fill(0), ...right];
}

function numbersOf(text: string): number[] {
  if (text === '') return [];
  return text
    .split(':')
    .flatMap((group) => (group.includes('.') ? pairOf(group) : [Number.parseInt(group, 16)]));
}

/** The end of an address that is written as IPv4. */
function pairOf(dotted: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return [a * 256 + b, c * 256 + d];
}

function ipv4Of(pair: readonly number[]): string {
  return pair.flatMap((group) => [group >> 8, group & 255]).join('.');
}
