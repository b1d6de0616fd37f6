import { networkInterfaces } from 'node:os';

/** Where other processes reach a server that listens at this address: the first of this machine's that is not its own loop. */
export function reachableHost(listensAt: string): string {
  if (!['0.0.0.0', '::'].includes(listensAt)) return listensAt;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1';
}
