/** Reads the configuration, starts, and drains on a signal. */
import { startApp } from './app.ts';
import { ConfigError, describeConfig, loadConfig } from './config.ts';

/** Orchestrators wait for 30 s, and kill then. */
const longestStopMs = 19_000;

if (process.argv.includes('--help') || process.argv.includes('-h')) help();
else await run();

async function run(): Promise<void> {
  try {
    const config = loadConfig();
    const app = await startApp(config);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(app.close));
    greet(config.http.host, app.port, config.production);
  } catch (error) {
    fail(error);
  }
}

function greet(host: string, port: number, production: boolean): void {
  const base = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  console.log(`Gamekeeper is ready at ${base}`);
  console.log(`  play     ${base}/ (Tetris in the browser)`);
  console.log(`  health   ${base}/health/ready`);
  console.log(`  history  ${base}/v1/matches`);
  console.log(`  monitor  ${base}/monitor and ${base}/monitor/matches (need a token with the role admin)`);
  if (!production) console.log(`  rooms    ${base}/playground (joins any, and sends what you like)`);
  console.log(production ? '' : `Try it: npm run demo${port === 2567 ? '' : ` -- --url ${base}`}`);
}

async function stop(close: () => Promise<void>): Promise<void> {
  console.log('Stopping: matches are parked, and go on at the next start, or in another process.');
  setTimeout(overdue, longestStopMs).unref();
  await close();
  process.exit(0);
}

/** Something does not answer. Nothing committed is lost: what is not given back is claimed, as after a crash. */
function overdue(): void {
  console.error(
    'Gamekeeper could not end in time: it ends now, and its matches are revived by whoever is asked.',
  );
  process.exit(1);
}

/** What a person can mend is one line; anything else is a bug, and shown whole. */
function fail(error: unknown): void {
  const { code, message } = error as { code?: unknown; message?: string };
  const isKnown = error instanceof ConfigError || (typeof code === 'string' && code.includes('/'));
  console.error(isKnown ? `Gamekeeper can't start: ${message}` : error);
  process.exit(1);
}

function help(): void {
  console.log('Usage: npm start\n\nStarts the server. It is configured by environment variables:\n');
  for (const { name, default: value, meaning } of describeConfig()) {
    console.log(`  ${name.padEnd(28)} ${meaning} (${value})`);
  }
}
