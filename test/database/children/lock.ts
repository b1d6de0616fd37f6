/** Waits for a line, takes the folder of its argument, prints `got` or the error's code and message, and stays. */
import { once } from 'node:events';
import { lockFolder } from '../../../src/database/folder-lock.ts';

process.stdout.write('ready\n');
await once(process.stdin, 'data');
try {
  lockFolder(process.argv[2]!);
  process.stdout.write('got\n');
} catch (error) {
  const { code, message } = error as Error & { code: string };
  process.stdout.write(`${code} ${message}\n`);
}
