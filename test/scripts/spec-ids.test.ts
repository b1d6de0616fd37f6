import { expect, test } from 'vitest';
import { findOffenders } from '../../scripts/spec-ids.ts';

const offenders = (spec: string, tests: string) =>
  findOffenders([{ path: 'SPEC.md', text: spec }], [{ path: 'a.test.ts', text: tests }]);

// Put together here, so that this file holds no test names but its own.
const name = (ids: string) => `test('${ids} says something', () => {})`;

test('[SC6] rules and tests that belong together are no offenders', () => {
  expect(offenders('- [W1] one\n- **[W2]** two, as in [X9]\n| W3 | three | X4 |', '')).toHaveLength(3);
  expect(offenders('- [W1] one\n- [W2] two', `${name('[W1]')}\n${name('[W2]')}`)).toEqual([]);
  expect(offenders('- [W1] one\n- [W2] two', name('[W1] [W2]'))).toEqual([]);
  expect(offenders('- [W1] one\n- [W2] two', name('[W1][W2]'))).toEqual([]);
  expect(offenders('- [W1] one\n- [W2] two', name('[W1, W2]'))).toEqual([]);
});

test('[SC6] each offender is named', () => {
  expect(offenders('- [W1] one', '')).toEqual(['[W1] of SPEC.md has no test']);
  expect(offenders('', name('[W1]'))).toEqual(['[W1] in a.test.ts stands in no SPEC.md']);
  expect(offenders('- [W1] one\n- [W1] again', name('[W1]'))).toEqual([
    '[W1] stands 2 times: SPEC.md, SPEC.md',
  ]);
});

test('[SC6] an id that is only mentioned, in a rule or in a test, is neither', () => {
  expect(offenders('- [W1] one, unlike [W2]', `${name('[W1]')} // see [W3]`)).toEqual([]);
});
