/** What a person can mend, or what must not happen: shown as one line, and the exit code is 1. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

/** Runs the whole of a command; whatever it throws ends the process with code 1: as one line, a bug with its stack. */
export async function runCommand(command: () => Promise<void>): Promise<never> {
  try {
    await command();
    process.exit(0);
  } catch (error) {
    console.error(isKnown(error) ? error.message : error);
    process.exit(1);
  }
}

/** An error of the platform has a code such as `database/unreachable`, and says itself what to do. */
function isKnown(error: unknown): error is Error {
  const { code } = error as { code?: unknown };
  return error instanceof DemoError || (typeof code === 'string' && code.includes('/'));
}
