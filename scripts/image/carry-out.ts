/** Does by hand what an engine does to build an image: COPY and RUN, each stage in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createFilter, readDockerfile, type Stage, type Step } from './dockerfile.ts';

export interface CarryOutOptions {
  /** Where Dockerfile and .dockerignore are. */
  readonly context: string;
  /** An empty folder: of each stage the file tree will be in `<into>/<name>`, without what its image brings. */
  readonly into: string;
  /** What RUN does: `shell`, or something like it. */
  readonly run: (command: string, folder: string) => void;
}

/** The stages, carried out. Absolute paths in a RUN are those of this machine: ours has none. */
export function carryOut({ context, into, run }: CarryOutOptions): Stage[] {
  const stages = readDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8'));
  const isSent = createFilter(readFileSync(join(context, '.dockerignore'), 'utf8'));
  for (const stage of stages) {
    const root = join(into, stage.name);
    let folder = root;
    mkdirSync(root);
    for (const step of stage.steps) {
      if (step.name === 'WORKDIR') mkdirSync((folder = join(root, step.text)), { recursive: true });
      if (step.name === 'RUN') run(step.text, folder);
      if (step.name === 'COPY') {
        const { from } = step.flags;
        copy(step, from ? { root: join(into, from), isSent: () => true } : { root: context, isSent }, {
          root,
          folder,
        });
      }
    }
  }
  return stages;
}

interface Source {
  readonly root: string;
  readonly isSent: (path: string) => boolean;
}

interface Target {
  readonly root: string;
  readonly folder: string;
}

function copy({ flags, text }: Step, { root, isSent }: Source, target: Target): void {
  const words = text.split(/\s+/);
  const to = words.pop()!;
  const into = to.startsWith('/') ? join(target.root, to) : join(target.folder, to);
  for (const word of words) {
    const path = word.replace(/^\//, '');
    const source = join(root, path);
    if (!existsSync(source) || !isSent(path)) throw new Error(`COPY ${word}: it is not there`);
    const goal = to.endsWith('/') ? join(into, basename(path)) : into;
    const filter = (from: string): boolean => from === source || isSent(from.slice(root.length + 1));
    cpSync(source, goal, { recursive: true, filter, verbatimSymlinks: true });
    if (flags['chown']) own(goal, flags['chown']);
  }
}

/** Where we may: root alone gives away files. */
function own(path: string, owner: string): void {
  if (process.getuid?.() !== 0) return;
  const [uid, gid] = owner.split(':').map(Number);
  const inside = statSync(path).isDirectory() ? globSync('**', { cwd: path }) : [];
  for (const file of ['', ...inside]) chownSync(join(path, file), uid!, gid!);
}

/** Runs a command of a RUN in a folder. Throws where it fails. */
export function shell(command: string, cwd: string): void {
  const { status } = spawnSync('sh', ['-ec', command], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`RUN ${command}: ended with ${status}`);
}
