/** Dockerfile, .dockerignore and compose.yaml, as far as they can be held against the code where no engine is. */
import { execFile } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { canContain } from '../../scripts/image/contained.ts';
import { createFilter, readDockerfile, type Stage, wordsOf } from '../../scripts/image/dockerfile.ts';
import { variables } from '../../src/config-variables.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, found]) => found!);

describe('what reads a Dockerfile', () => {
  test('[CO1] stages, flags, lines that go on, comments between them', () => {
    const text =
      'FROM a:1 AS one\n# why\nRUN x \\\n  # no\n  && y\nFROM b:2\nCOPY --from=one --chown=1:1 /p /q\nCMD ["n", "-e"]\n';
    const [one, final] = readDockerfile(text);
    expect(one).toEqual({ image: 'a:1', name: 'one', steps: [{ name: 'RUN', flags: {}, text: 'x && y' }] });
    expect(final!.steps[0]).toEqual({ name: 'COPY', flags: { from: 'one', chown: '1:1' }, text: '/p /q' });
    expect(wordsOf(final!.steps[1]!)).toEqual(['n', '-e']);
    expect(() => readDockerfile('RUN x')).toThrow('before FROM');
  });

  test('[CO2] the last line of .dockerignore that matches a file, or a folder of it, decides', () => {
    const isSent = createFilter('# all\n*\n!src\n**/*.md\n!web/index.html\n**/.*\n!.npmrc\n');
    const paths = [
      'src/a/b.ts',
      'web/index.html',
      '.npmrc',
      'src/a/SPEC.md',
      'src/.env',
      'web/x',
      'README.md',
      '.env',
    ];
    expect(paths.filter(isSent)).toEqual(paths.slice(0, 3));
  });
});

const stages = readDockerfile(read('Dockerfile'));
const final = stages.at(-1)!;
const step = (name: string, { steps }: Stage = final) => steps.find((each) => each.name === name)!;

test('[CO1] every stage has the Node of package.json', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  for (const { image } of stages) expect(image).toMatch(`node:${dependencies['node']}-`);
});

test('[CO2] nothing is sent that could hold secrets or data, nor what no server needs', () => {
  const isSent = createFilter(read('.dockerignore'));
  const unwanted = [
    '.env',
    '.git/config',
    'data/dev-auth-key',
    'src/.env',
    'src/SPEC.md',
    'web/dist/index.html',
  ];
  const tools = [
    'test/config.test.ts',
    'scripts/check.ts',
    'chaos/main.ts',
    'bench/main.ts',
    'node_modules/pg/index.js',
  ];
  expect([...unwanted, ...tools].filter(isSent)).toEqual([]);
  const wanted = globSync(['src/**/*.ts', 'rooms/**/*.ts', 'client/**/*.ts', 'web/*.html'], { cwd: root });
  expect(wanted.length).toBeGreaterThan(200);
  expect(wanted.filter((path) => !isSent(path))).toEqual([]);
});

test('[CO2] [CO3] the last stage copies what runs, as somebody who is not root', () => {
  const copied = final.steps.filter(({ name }) => name === 'COPY').map(({ text }) => text.split(' ').at(-1));
  expect(copied).toEqual([
    'node_modules',
    'web/dist',
    '/data',
    './',
    'rooms',
    'scripts/doctor.ts',
    'scripts/doctor',
    'src',
  ]);
  expect(final.steps.map(({ name }) => name)).not.toContain('RUN');
  expect(step('USER').text).toBe('1000:1000');
  expect(step('VOLUME').text).toBe('/data');
  expect(wordsOf(step('CMD'))).toEqual(['node', 'src/main.ts']);
});

describe.skipIf(!canContain)('the image, carried out by hand', () => {
  test('[CO2] [CO3] [CO4] [CO5] starts, plays, stops, and starts again', { timeout: 240_000 }, async () => {
    const command = ['scripts/try-image.ts', '--modules', 'node_modules'];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { cwd: root });
    expect(stderr).toBe('');
    expect(matches(stdout, /^(\w+) /gm).join(' ')).toBe(
      'built ready pages healthy played memory stopped ready pages healthy revived memory stopped',
    );
  });
});

const compose = read('compose.yaml');
/** Each service with its lines. */
const services = new Map(
  compose
    .slice(compose.indexOf('\nservices:\n'), compose.indexOf('\nnetworks:\n'))
    .split(/^ {2}(?=\w+:$)/m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf(':')), text]),
);

test('[CO6] images have versions', () => {
  expect([...services.keys()]).toEqual([
    'proxy',
    'server',
    'postgres',
    'redis',
    'nats',
    'prometheus',
    'grafana',
  ]);
  const images = matches(compose, /^ +image: (\S+)/gm).filter((image) => !image.startsWith('gamekeeper:'));
  expect(images).toHaveLength(6);
  for (const image of images) expect(image).toMatch(/^[\w/]+:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
});

test('[CO6] services have no rights that they do not need, and Caddy alone is reached from outside', () => {
  for (const [name, text] of services) {
    expect(text, name).toContain('<<: *hardened');
    const ports = matches(text, /'([\d.:]+)(?:\/udp)?'(?=[,\]])/g).filter((port) =>
      /^[\d.]*:?\d+:\d+$/.test(port),
    );
    if (name !== 'proxy') for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
  }
  expect(compose).toMatch(
    /cap_drop: \[ALL\]\n {2}security_opt: \['no-new-privileges:true'\]\n {2}read_only: true/,
  );
  expect(matches(compose, /cap_add: (.*)/g)).toEqual(['[NET_BIND_SERVICE]']);
  for (const name of ['postgres', 'redis', 'nats'])
    expect(services.get(name), name).toContain('networks: [data]');
  expect(compose).toContain('data: { internal: true }');
});

test('[CO7] the server knows its variables, and secrets have no default', () => {
  const server = services.get('server')!;
  const known = new Set(Object.values(variables).map(({ name }) => name));
  const set = matches(server, /^ {6}([A-Z_]+):/gm);
  expect(set.length).toBeGreaterThan(8);
  expect(set.filter((name) => !known.has(name as never))).toEqual([]);

  const named = new Set(matches(read('.env.example'), /^([A-Z_]+)=/gm));
  const asked = new Set(matches(compose, /\$\{(\w+)/g));
  asked.delete('GAMEKEEPER_VERSION');
  expect(asked).toEqual(named);
  for (const secret of ['AUTH_KEYS', 'POSTGRES_PASSWORD', 'METRICS_TOKEN', 'GRAFANA_ADMIN_PASSWORD']) {
    for (const use of matches(compose, new RegExp(`\\$\\{${secret}(.*?)\\}`, 'g')))
      expect(use, secret).toBe(':?see .env.example');
    expect(read('.env.example')).toMatch(new RegExp(`^${secret}=$`, 'm'));
  }
});

test('[CO7] what holds the secrets is never committed', () => {
  expect(read('.gitignore').split('\n')).toContain('.env');
});

test('[CO8] what is mounted is there, and Prometheus finds the servers and its token', () => {
  const mounts = matches(compose, /- \.\/(\S+?):/g);
  expect(mounts.length).toBeGreaterThan(4);
  expect(mounts.filter((path) => !existsSync(join(root, path)))).toEqual([]);

  const scrape = read('deploy/prometheus/prometheus.yml');
  expect(services.get('prometheus')).toContain('secrets: [metrics_token]');
  expect(compose).toContain('metrics_token: { environment: METRICS_TOKEN }');
  expect(scrape).toContain('credentials_file: /run/secrets/metrics_token');
  expect(scrape).toMatch(/names: \[server\]\s+type: A\s+port: 2567/);
  expect(step('EXPOSE').text).toBe('2567');
  for (const name of ['server', 'prometheus'])
    expect(services.get(name), name).toMatch(/networks: .*\bwatch\b/);

  expect(read('deploy/caddy/Caddyfile')).toMatch(
    /name \{\$UPSTREAM:server\}\s+port \{\$UPSTREAM_PORT:2567\}/,
  );
  for (const name of ['server', 'proxy']) expect(services.get(name), name).toMatch(/networks: .*\bedge\b/);
});

test('[CO9] a server has more time to end than it takes', () => {
  const [longest] = matches(read('src/main.ts'), /longestStopMs = (\d+)_000/g);
  const [compose] = matches(services.get('server')!, /stop_grace_period: (\d+)s/g);
  const [systemd] = matches(read('deploy/systemd/gamekeeper@.service'), /TimeoutStopSec=(\d+)/g);
  for (const grace of [compose, systemd]) expect(Number(grace)).toBeGreaterThan(Number(longest));
});
