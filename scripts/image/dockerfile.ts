/** Reads a Dockerfile and a .dockerignore: as much of them as ours use, and an error for what is more. */
import { matchesGlob } from 'node:path';

export interface Step {
  /** In capitals: `COPY`. */
  readonly name: string;
  /** `--from=pages` as `{from: 'pages'}`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What follows name and flags, its lines joined. */
  readonly text: string;
}

export interface Stage {
  readonly image: string;
  /** Of `FROM … AS name`; of the last one `final` where it has none. */
  readonly name: string;
  readonly steps: readonly Step[];
}

/** The stages in their order. Throws where a step stands before the first. */
export function readDockerfile(text: string): Stage[] {
  const stages: { image: string; name: string; steps: Step[] }[] = [];
  for (const step of stepsOf(text)) {
    if (step.name === 'FROM') {
      const [image, , name = 'final'] = step.text.split(/\s+/);
      stages.push({ image: image!, name, steps: [] });
    } else if (stages.length === 0) throw new Error(`${step.name} stands before FROM`);
    else stages.at(-1)!.steps.push(step);
  }
  return stages;
}

function stepsOf(text: string): Step[] {
  const joined = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  const lines = joined.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [, name, options, rest] = /^(\w+)\s+((?:--[\w-]+=\S+\s+)*)(.*)$/.exec(line)!;
    const flags = [...options!.matchAll(/--([\w-]+)=(\S+)/g)].map(([, flag, value]) => [flag!, value!]);
    return { name: name!.toUpperCase(), flags: Object.fromEntries(flags), text: rest! };
  });
}

/** All `ENV` of a stage. */
export function environmentOf({ steps }: Stage): Record<string, string> {
  const pairs = steps.filter(({ name }) => name === 'ENV').flatMap(({ text }) => text.split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => pair.split('=', 2) as [string, string]));
}

/** The words of a step in the form `["node", "src/main.ts"]`, `CMD` of a health check before it or not. */
export function wordsOf({ text }: Step): string[] {
  return JSON.parse(text.replace(/^CMD\s+/, '')) as string[];
}

/** Whether a path of the context is sent to the engine: the last line that matches it, or a folder of it, decides. */
export function createFilter(dockerignore: string): (path: string) => boolean {
  const lines = dockerignore.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const rules = lines.map((line) => ({ sends: line.startsWith('!'), pattern: line.replace(/^!/, '') }));
  return (path) => {
    const parts = path.split('/');
    const parents = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
    const last = rules.findLast(({ pattern }) => parents.some((parent) => matchesGlob(parent, pattern)));
    return last?.sends ?? true;
  };
}
