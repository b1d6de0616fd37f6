/** Reads the configuration, starts, and drains on a signal. */
import { startApp } from './app.ts';
import { ConfigError, describeConfig, loadConfig } from './config.ts';

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
  console.log(`  monitor  ${base}/monitor (needs a token with the role admin)`);
  console.log(production ? '' : `Try it: npm run demo${port === 2567 ? '' : ` -- --url ${base}`}`);
}

async function stop(close: () => Promise<void>): Promise<void> {
  console.log('Stopping: matches are parked, and go on at the next start.');
  await close();
  process.exit(0);
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
