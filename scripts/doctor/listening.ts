/** Where the server is to listen. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { configured, subject } from './check.ts';

const askMs = 1_000;
const everywhere = ['0.0.0.0', '::'];

export const port = configured({
  what: 'port',
  async look({ config: { http } }) {
    const { ok, fail } = subject('port');
    const { host, port: wanted } = http;
    const code = await refusal(host, wanted);
    const shown = `${wanted} at ${host}`;
    if (code === null) return [ok(wanted === 0 ? `any free one at ${host}` : `${shown} is free`)];
    if (code === 'EADDRINUSE') {
      if (await isGamekeeper(host, wanted)) return [ok(`${shown}: Gamekeeper runs there already`)];
      return [fail(`${shown} is in use`, 'stop what listens there, or set PORT to another')];
    }
    if (code === 'EACCES') return [fail(`${shown} is not allowed`, 'set PORT to 1024 or higher')];
    return [fail(`${shown}: ${code}`, 'set HOST to an address of this machine')];
  },
});

/** Outside production whoever reaches it can mint tokens. */
export const host = configured({
  what: 'host',
  look({ config: { http, production } }) {
    const { ok, fail } = subject('host');
    const isLocal = /^(localhost|127\.|::1$)/.test(http.host);
    if (production || isLocal) return [ok(http.host)];
    return [
      fail(
        `${http.host} outside production`,
        'anyone who reaches it can mint tokens: NODE_ENV=production, or HOST=127.0.0.1',
      ),
    ];
  },
});

/** The code of what keeps us from listening there; null: nothing. */
async function refusal(host: string, port: number): Promise<string | null> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    server.close();
  }
}

async function isGamekeeper(host: string, port: number): Promise<boolean> {
  const name = everywhere.includes(host) ? '127.0.0.1' : host;
  const url = `http://${name.includes(':') ? `[${name}]` : name}:${port}/health/live`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(askMs) });
    return ((await answer.json()) as { status?: unknown }).status === 'live';
  } catch {
    return false;
  }
}
