import { readFileSync } from 'node:fs';

/** Open files of a process besides its sockets: modules, pipes, the database. */
const besides = 200;

/** What to do so that this process, and a server that it starts, may have so many sockets; null: they may. */
export function openFilesHint(sockets: number, limits = readLimits()): string | null {
  const most = openFilesIn(limits);
  const needed = sockets + besides;
  if (most >= needed) return null;
  const count = (n: number): string => n.toLocaleString('en-US');
  return (
    `${count(sockets)} sockets need ${count(needed)} open files, and a process may have ${count(most)} here: ` +
    'run `ulimit -n 65536` first (systemd: LimitNOFILE=65536; compose: ulimits: nofile: 65536)'
  );
}

/** From the text of /proc/self/limits; Node has raised its own limit to the hard one. Infinity where nothing tells. */
function openFilesIn(limits: string): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Infinity : Number(soft);
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
