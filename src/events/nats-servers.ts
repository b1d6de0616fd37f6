import type { ConnectionOptions } from '@nats-io/transport-node';
import { unavailable } from './nats-error.ts';

/** What NATS_URL says. The client itself takes no user nor password in a URL. */
export function serversOf(text: string): ConnectionOptions {
  const parts = text.split(',').map((part) => part.trim());
  // the error of URL would show the password
  if (!parts.every((part) => URL.canParse(part)))
    throw unavailable('NATS_URL is no URL: it should look like nats://user:password@host:4222');
  const urls = parts.map((part) => new URL(part));
  const { protocol, username, password } = urls[0]!;
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    servers: urls.map(({ host }) => host),
    ...(user && (pass ? { user, pass } : { token: user })),
    ...(protocol === 'tls:' && { tls: {} }),
    name: 'gamekeeper',
  };
}
