import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkJsonRules } from '../../src/http/json-rules.ts';

/** The code of the refusal, or null. */
function fault(text: string): string | null {
  try {
    checkJsonRules(text);
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** A JSON text as it is built: objects are lists of pairs, so that a key may come twice. */
type Tree = string | number | boolean | null | readonly Tree[] | { readonly pairs: readonly Pair[] };
type Pair = readonly [key: string, value: Tree];

const key = fc.oneof(
  fc.constantFrom('a', 'b', '"', '\\', '\\"', '__proto__', 'constructor', 'prototype', '{', ',', ':'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, depthSize: 'small' },
    fc.oneof(key, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 20 }).map((pairs) => ({ pairs })),
  ),
}));

/** Written with every character of a key escaped, or none that need not be. */
function write(value: Tree, escape: boolean): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (!('pairs' in value)) return `[${value.map((one) => write(one, escape)).join(' ,')}]`;
  const pairs = value.pairs.map(([name, one]) => `${writeKey(name, escape)} : ${write(one, escape)}`);
  return `{ ${pairs.join(',')}}`;
}

function writeKey(name: string, escape: boolean): string {
  if (!escape) return JSON.stringify(name);
  const units = Array.from({ length: name.length }, (_, i) => name.charCodeAt(i));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}

/** The same rules, plainly. */
function breaks(value: Tree, under = ''): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (!('pairs' in value)) return value.some((one) => breaks(one));
  const keys = value.pairs.map(([name]) => name);
  return (
    new Set(keys).size < keys.length ||
    keys.includes('__proto__') ||
    (under === 'constructor' && keys.includes('prototype')) ||
    value.pairs.some(([name, one]) => breaks(one, name))
  );
}

describe('a JSON text', () => {
  test('[HT26] breaks the rules exactly where its objects do, however its keys are written', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), (value, escape) => {
        const text = write(value, escape);
        JSON.parse(text);
        expect(fault(text) !== null).toBe(breaks(value));
      }),
      { numRuns: 2_000 },
    );
  });

  test('[HT27] of what JSON.stringify makes is let through', () => {
    const own = fc.object({ key: fc.string().filter((name) => name !== '__proto__'), maxDepth: 5 });
    fc.assert(
      fc.property(own, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(/constructor/.test(text) || fault(text) === null).toBe(true);
      }),
    );
  });

  test('[HT34] that is none throws nothing but a refusal', () => {
    const noise = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'{}[]",:\\a0 '), maxLength: 200 }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(noise, (text) => {
        expect([null, 'http/too_deep', 'http/duplicate_key', 'http/bad_key']).toContain(fault(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['{"a":1,"a":2}', 'http/duplicate_key'],
    ['{"a":1,"\\u0061":2}', 'http/duplicate_key'],
    ['[{"x":{"a":1,"b":{"a":1},"a":2}}]', 'http/duplicate_key'],
    ['{"":1,"":2}', 'http/duplicate_key'],
    ['{"__proto__":1}', 'http/bad_key'],
    ['{"\\u005f_proto__":1}', 'http/bad_key'],
    ['{"constructor":{"prototype":{"isAdmin":true}}}', 'http/bad_key'],
    ['{"constructor":"ferrari","prototype":7}', null],
    ['{"constructor":{"name":"prototype"}}', null],
    ['["__proto__",{"a":"__proto__"}]', null],
    ['{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}', null],
    ['"{\\"a\\":1,\\"a\\":2}"', null],
  ])('[HT26] like %s: %s', (text, code) => {
    expect(fault(text)).toBe(code);
  });

  test('[HT26] of many keys: the last one is compared with all', () => {
    const keys = Array.from({ length: 5_000 }, (_, i) => `"key${i}":1`);
    expect(fault(`{${keys.join()}}`)).toBe(null);
    expect(fault(`{${keys.join()},"key7":1}`)).toBe('http/duplicate_key');
  });

  test.each(['[', '{"a":', '[{"a":'])(
    '[HT26] of 10,000 times %s is too deep, and no stack overflows',
    (one) => {
      expect(fault(one.repeat(10_000))).toBe('http/too_deep');
    },
  );

  test('[HT26] may be 32 levels deep', () => {
    expect(fault('['.repeat(32) + ']'.repeat(32))).toBe(null);
    expect(fault('['.repeat(33) + ']'.repeat(33))).toBe('http/too_deep');
  });
});
