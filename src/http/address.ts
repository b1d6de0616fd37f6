/**
 * Who asks. A header that tells another address than the peer's is believed of trusted proxies alone; Colyseus believes
 * it of anyone, so it gets to see what was found out here and nothing else.
 */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';

export interface Client {
  readonly address: string;
  /** Null where it can't be told: a proxy that is not known may stand before this server. */
  readonly scheme: 'http' | 'https' | null;
}

export type FindClient = (request: IncomingMessage) => Client;

const told = [
  'forwarded',
  'x-client-ip',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
];

/**
 * `trustedProxies`: addresses, networks, or names that `proxy-addr` knows. `disbelieved`: called once, when a peer that is
 * none of them speaks for others.
 */
export function createFindClient(trustedProxies: readonly string[], disbelieved: () => void): FindClient {
  const isTrusted = trustedProxies.length === 0 ? () => false : proxyAddr.compile([...trustedProxies]);
  let hasTold = false;
  return (request) => {
    const { headers, socket } = request;
    const peer = socket.remoteAddress ?? '';
    const isProxy = isTrusted(peer, 0);
    if (!isProxy && !hasTold && 'x-forwarded-for' in headers) {
      hasTold = true;
      disbelieved();
    }
    // the last of those that no proxy of ours has added
    const claimed = isProxy ? proxyAddr(request, isTrusted) : peer;
    const address = isIP(claimed) ? claimed : peer;
    const toldScheme = isProxy ? schemeIn(headers['x-forwarded-proto']) : null;
    forgetTold(request);
    if (address !== peer) headers['x-forwarded-for'] = address;
    if (toldScheme) headers['x-forwarded-proto'] = toldScheme;
    return { address, scheme: 'encrypted' in socket ? 'https' : toldScheme };
  };
}

/** Takes away all that tells an address. */
export function forgetTold({ headers }: IncomingMessage): void {
  for (const name of told) if (name in headers) delete headers[name];
}

/** Of several proxies the first one knows what the client spoke. */
function schemeIn(header: string | string[] | undefined): Client['scheme'] {
  const first = String(header ?? '')
    .split(',', 1)[0]!
    .trim()
    .toLowerCase();
  return first === 'http' || first === 'https' ? first : null;
}
