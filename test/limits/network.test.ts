import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networkOf } from '../../src/limits/network.ts';

const group = fc.integer({ min: 0, max: 0xff_ff }).map((value) => value.toString(16));
const groups = (count: number) => fc.array(group, { minLength: count, maxLength: count });

describe('an address', () => {
  test('[LM6] of IPv4 stands for itself, however it is written', () => {
    for (const written of [
      '192.0.2.7',
      '::ffff:192.0.2.7',
      '::FFFF:192.0.2.7',
      '::ffff:c000:207',
      '0:0:0:0:0:ffff:c000:207',
    ])
      expect(networkOf(written)).toBe('192.0.2.7');
  });

  test('[LM6] of IPv6 stands for its network of 64 bits, however it is written', () => {
    const written = [
      '2001:db8::1',
      '2001:db8:0:0:ffff::',
      '2001:0DB8:0000:0000:1:2:3:4',
      '2001:db8::192.0.2.7',
      '2001:db8::1%eth0',
    ];
    for (const address of written) expect(networkOf(address)).toBe('2001:db8:0:0');
    expect(networkOf('::1')).toBe('0:0:0:0');
    expect(networkOf('1::')).toBe('1:0:0:0');
    expect(networkOf('fe80::1:2:3:4:5%eth0')).toBe('fe80:0:0:1');
  });

  test('[LM6] of any network is told from those of others, and from none of its own', () => {
    const different = fc.tuple(groups(4), groups(4)).filter(([a, b]) => a.join() !== b.join());
    fc.assert(
      fc.property(different, groups(4), groups(4), ([a, b], host, other) => {
        const of = (network: string[], rest: string[]): string => networkOf([...network, ...rest].join(':'));
        fc.pre(!/^0,0,0,0$/.test(a.join()) && !/^0,0,0,0$/.test(b.join()));
        expect(of(a, host)).toBe(of(a, other));
        expect(of(a, host)).not.toBe(of(b, host));
      }),
    );
  });

  test('[LM6] that is none has a short name all the same', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1_000, unit: 'binary' }), (text) => {
        expect(networkOf(text)).toBe(networkOf(text));
        expect(networkOf(text).length).toBeLessThanOrEqual(64);
      }),
    );
  });
});
