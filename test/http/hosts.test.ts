import { expect, test } from 'vitest';
import { createCheckHost } from '../../src/http/hosts.ts';

const passes = (names: readonly string[] | null, host: string): boolean => {
  try {
    createCheckHost(names)({ headers: { host } });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ status: 403, code: 'http/foreign_host' });
    return false;
  }
};

test.each([
  'localhost',
  'LOCALHOST:2567',
  'ann.localhost:2567',
  '127.0.0.1',
  '192.168.1.5:2567',
  '[::1]:2567',
  'Box.lan:2567',
  'box.lan',
])('[HT35] %s is a name of this server', (host) => {
  expect(passes(['Box.lan'], host)).toBe(true);
});

test.each([
  'evil.example',
  'evil.example:2567',
  'localhost.evil.example',
  'evil-localhost',
  'localhost.',
  'a.box.lan',
  '127.0.0.1.evil.example',
  '127.1',
  '0x7f000001',
  '',
])('[HT35] %j is none', (host) => {
  expect(passes(['box.lan'], host)).toBe(false);
});

test('[HT35] any is where names are not asked for', () => {
  expect(passes(null, 'evil.example')).toBe(true);
});
