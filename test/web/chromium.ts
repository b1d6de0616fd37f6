/** A headless Chromium, by its DevTools protocol over Node's WebSocket. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const candidates = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Path of the browser of this machine, or null. */
export const chromium = candidates.find((path) => path !== '' && existsSync(path)) ?? null;

type Params = Readonly<Record<string, unknown>>;

export interface Tab {
  send(method: string, params?: Params): Promise<Record<string, unknown>>;
  /** The value of an expression in the page, awaited. Throws what it throws there. */
  run<T>(expression: string): Promise<T>;
  /** Resolves when this is so in the page; looks again and again, and fails after 20 s. */
  shows(expression: string): Promise<void>;
  /** Errors of the page's console, and exceptions that nobody caught. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

/** Starts a browser with one empty tab of this size, in CSS pixels. */
export async function openTab(width = 1280, height = 800): Promise<Tab> {
  const profile = await mkdtemp(join(tmpdir(), 'gamekeeper-chromium-'));
  const child = spawn(
    chromium!,
    [...flags, `--user-data-dir=${profile}`, `--window-size=${width},${height}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(`the browser ended: ${text.slice(0, 500)}`)));
  });
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const wire = await connect(targets.find(({ type }) => type === 'page')!.webSocketDebuggerUrl);
  for (const domain of ['Page', 'Runtime', 'Log']) await wire.send(`${domain}.enable`);
  return {
    ...wire,
    run: (expression) => evaluate(wire, expression),
    shows: (expression) => waitFor(wire, expression),
    async close() {
      child.kill();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
];

type Wire = Pick<Tab, 'send' | 'errors'>;

async function connect(url: string): Promise<Wire> {
  const socket = new WebSocket(url);
  const waiting = new Map<
    number,
    { resolve: (result: Record<string, unknown>) => void; reject: (error: Error) => void }
  >();
  const errors: string[] = [];
  let last = 0;
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error, method, params } = JSON.parse(String(data));
    if (id === undefined)
      return void (isError(method, params) && errors.push(JSON.stringify(params).slice(0, 600)));
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (error) reject(new Error(error.message));
    else resolve(result);
  });
  return {
    errors,
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        socket.send(JSON.stringify({ id: last, method, params }));
      }),
  };
}

function isError(method: string, params: { type?: string; entry?: { level: string } }): boolean {
  return (
    method === 'Runtime.exceptionThrown' ||
    (method === 'Runtime.consoleAPICalled' && params.type === 'error') ||
    (method === 'Log.entryAdded' && params.entry?.level === 'error')
  );
}

async function evaluate<T>(wire: Wire, expression: string): Promise<T> {
  const { result, exceptionDetails } = (await wire.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  })) as { result: { value: T }; exceptionDetails?: { exception?: { description: string } } };
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'the page threw');
  return result.value;
}

const lookMs = 15;

async function waitFor(wire: Wire, expression: string): Promise<void> {
  const end = performance.now() + 20_000;
  // while a page loads there is none to look at
  while (!(await evaluate<boolean>(wire, `Boolean(${expression})`).catch(() => false))) {
    if (performance.now() > end) throw new Error(`it was never so that ${expression}`);
    await sleep(lookMs);
  }
}
