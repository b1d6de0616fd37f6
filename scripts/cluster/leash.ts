/** Ends what was started here with this process, whichever way that ends: with kill -9 nobody can tell it of its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';

/** There is an end to read once nobody is left who could write. */
const script = `read -r _
kill -CONT "$1"
kill "-$2" "$1"
if [ -n "$3" ]; then sleep 1; rm -rf -- "$3"; fi`;

/** `folder`: of its data, to be removed then. On Windows nothing is watched. */
export function leash(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL', folder = ''): void {
  if (child.pid === undefined || process.platform === 'win32') return;
  const args = ['-c', script, 'sh', `${child.pid}`, signal.replace(/^SIG/, ''), folder];
  const watcher = spawn('sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.on('error', () => {});
  watcher.unref();
  (watcher.stdin as Socket).unref();
  child.once('exit', () => watcher.kill('SIGKILL'));
}
