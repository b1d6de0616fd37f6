import { describe, expect, test } from 'vitest';
import { planOf } from '../../loadtest/arguments.ts';
import { openFilesHint } from '../../loadtest/open-files.ts';
import { sharesOf } from '../../loadtest/run.ts';
import { targetAt } from '../../loadtest/target.ts';

const plan = (text: string) => planOf(text.split(' ').filter(Boolean));
const secret = 'x'.repeat(32);

describe('arguments', () => {
  test('[LT14] --clients is the stock SDK, --sockets the open loop, at a move per 3 s a table', () => {
    expect(plan('whist --clients 200')).toMatchObject({ kind: 'scenario', clients: 200, thinkMs: 3_000 });
    expect(plan('whist --sockets 10000 --churn 0.02 --p99 150')).toMatchObject({
      kind: 'open loop',
      sockets: 10_000,
      rate: 834,
      churn: 0.02,
      churnKind: 'return',
      p99: 150,
    });
    expect(plan('--help')).toBeNull();
  });

  test.each([
    ['', /whist/],
    ['chess --clients 4', /whist/],
    ['whist', /--clients .* or --sockets/],
    ['whist --clients 4 --sockets 4', /either/],
    ['whist --clients 2001', /--clients must be .* from 1 to 2000/],
    ['whist --sockets 20004', /--sockets must be .* to 20000/],
    ['whist --sockets 6', /multiple of 4/],
    ['whist --sockets 8 --seconds 3601', /--seconds must be .* to 3600/],
    ['whist --sockets 8 --rate -1', /Option '--rate'/],
    ['whist --sockets 8 --rate 1e9', /--rate must be/],
    ['whist --sockets 8 --churn 2', /--churn must be .* from 0 to 1/],
    ['whist --sockets 8 --churn-kind both', /--churn-kind must be return or replace/],
    ['whist --sockets 8 --p99 0', /--p99 must be/],
    ['whist --sockets 8 --port 3', /Unknown option '--port'/],
    ['whist --sockets 8 --url http://127.0.0.1:1 --database postgres://x', /--database/],
    [`whist --sockets 8 --auth-key a:${secret}`, /--url/],
    ['whist --sockets 8 --url http://127.0.0.1:1 --auth-key short', /kid:secret/],
  ])('[LT14] refused with one line: %s', (text, why) => {
    expect(() => plan(text)).toThrow(
      expect.objectContaining({ name: 'DemoError', message: expect.stringMatching(why) }),
    );
    expect(() => plan(text)).toThrow(/^.+$/);
  });

  test('[LT14] a key that is refused is not shown', () => {
    expect(() => plan('whist --sockets 8 --url http://127.0.0.1:1 --auth-key hush')).toThrow(/^(?!.*hush)/);
  });

  test('[LT9] workers share tables and moves', () => {
    const shares = sharesOf({
      ...(plan('whist --sockets 44 --rate 22 --workers 3') as never as Parameters<typeof sharesOf>[0]),
    });
    expect(shares.map(({ tables }) => tables)).toEqual([4, 4, 3]);
    expect(shares.map(({ rate }) => rate)).toEqual([8, 8, 6]);
  });
});

describe('whom it loads', () => {
  test.each(['http://127.0.0.1:2567', 'http://localhost:1', 'http://127.8.0.3:80/', 'http://127.1:5'])(
    '[LT10] this machine: %s',
    (url) => {
      expect(targetAt(url, null, false).host).toMatch(/^(127\.|localhost$)/);
    },
  );

  test.each([
    'http://example.org',
    'http://127.0.0.1.example.org:2567',
    'http://localhost.example.org',
    'http://10.0.0.1:2567',
    'http://0.0.0.0:2567',
    'http://127.0.0.1@example.org',
    'http://[::1]:2567',
    'https://127.0.0.1:2567',
    'ws://127.0.0.1:2567',
    'http://127.0.0.1:2567/path',
    '127.0.0.1:2567',
    '',
  ])('[LT10] refused: %s', (url) => {
    expect(() => targetAt(url, null, false)).toThrow(expect.objectContaining({ name: 'DemoError' }));
  });

  test('[LT10] another machine is loaded by who owns it', () => {
    expect(targetAt('http://10.0.0.1:2567', null, true)).toMatchObject({ host: '10.0.0.1', port: 2567 });
  });

  test('[LT12] too few open files are told, with what to do', () => {
    const limits =
      'Limit  Soft  Hard  Units\nMax open files            1024                 4096                 files\n';
    expect(openFilesHint(10_000, limits)).toMatch(/10,200 open files.* 1,024 .*ulimit -n 65536/);
    expect(openFilesHint(800, limits)).toBeNull();
    expect(openFilesHint(10_000, '')).toBeNull();
  });
});
