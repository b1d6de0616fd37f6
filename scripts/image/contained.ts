/**
 * A process as an engine starts it, by the means of Linux alone: the first of its process namespace, without rights, on a
 * file tree that is read-only but for /data and /tmp. The network is that of this machine. Root may do this.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentOf, type Stage, wordsOf } from './dockerfile.ts';

/** This machine's programs and libraries stand for those of the base image; its Node is the one that runs this. */
const script = `
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$ROOT"
for name in usr bin sbin lib lib32 lib64 etc; do
  if [ -L "/$name" ]; then cp -a "/$name" "$ROOT/$name"
  elif [ -d "/$name" ]; then mkdir "$ROOT/$name"; mount --bind -o ro "/$name" "$ROOT/$name"
  fi
done
mkdir "$ROOT/app" "$ROOT/data" "$ROOT/dev" "$ROOT/proc" "$ROOT/tmp" "$ROOT/node"
touch "$ROOT/node/node" && mount --bind "$NODE" "$ROOT/node/node"
mount --bind -o ro "$TREE/app" "$ROOT/app"
if [ -n "$MODULES" ]; then mount --bind -o ro "$MODULES" "$ROOT/app/node_modules"; fi
mount --bind "$TREE/data" "$ROOT/data"
mount --rbind /dev "$ROOT/dev"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$ROOT/tmp"
mount -o remount,ro "$ROOT"
exec chroot "$ROOT" /usr/bin/setpriv --reuid "$USER_ID" --regid "$GROUP_ID" --clear-groups --no-new-privs \\
  --bounding-set=-all --inh-caps=-all /usr/bin/env -C /app -i PATH=/node:/usr/bin:/bin "$@"
`;

export const canContain =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', '--pid', '--fork', 'true']).status === 0;

export interface ContainedOptions {
  /** Where the stage was carried out. */
  readonly tree: string;
  readonly stage: Stage;
  /** Beside its ENV. */
  readonly variables: Readonly<Record<string, string>>;
  /** A folder in place of its node_modules. */
  readonly modules?: string | undefined;
}

export class Contained {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  output = '';

  /** Runs CMD of the stage. */
  constructor({ tree, stage, variables, modules = '' }: ContainedOptions) {
    const find = (name: string) => stage.steps.findLast((step) => step.name === name)!;
    const [uid, gid] = find('USER').text.split(':');
    const env = Object.entries({ ...environmentOf(stage), ...variables }).map((pair) => pair.join('='));
    const root = join(tree, '.root');
    mkdirSync(root, { recursive: true });
    // it ends with this process, however that ends
    const leash = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child'];
    const argv = [...leash, 'sh', '-ec', script, 'sh', ...env, ...wordsOf(find('CMD'))];
    const own = {
      TREE: tree,
      MODULES: modules,
      ROOT: root,
      NODE: process.execPath,
      USER_ID: uid!,
      GROUP_ID: gid!,
    };
    this.#child = spawn('setpriv', argv, {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...own },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'exit');
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (text) => void (this.output += text));
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The first process of the namespace, as this machine counts. */
  get pid(): number {
    const { pid } = this.#child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  }

  /** As `docker stop` begins. Resolves with the exit code. */
  async stop(signal: NodeJS.Signals): Promise<number | null> {
    if (!this.hasEnded) process.kill(this.pid, signal);
    const [code] = await this.#exited;
    return code as number | null;
  }

  /** Ends it, if it still runs. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
