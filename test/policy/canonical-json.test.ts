import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/model/canonical-json.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { hashArguments } from '../../src/policy/consent.ts';
import { fc } from '../laws.ts';

/** RFC 8785, appendix B: the bits of a double and its text. */
const NUMBERS: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

test.each(NUMBERS)('the double %s is written as %s', (bits, text) => {
  const bytes = Buffer.from(bits, 'hex');
  expect(canonicalJson(bytes.readDoubleBE())).toBe(text);
});

test('the example of RFC 8785 is written as it says', () => {
  const value: JsonValue = {
    numbers: [JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  };
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('keys are in the order of their UTF-16 units', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
  expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toHaveLength(7);
  const order = [...canonicalJson(value).matchAll(/:(\d)/g)].map(([, place]) => place).join('');
  expect(order).toBe('2467153');
});

test('a number that is too large for a double is not the same as nothing', () => {
  const texts = ['1e999', '-1e999', 'null'].map(text => canonicalJson(JSON.parse(`{"a":[${text}]}`)));
  expect(texts).toEqual(['{"a":[1e999]}', '{"a":[-1e999]}', '{"a":[null]}']);
});

test('law: one value has one hash, whatever the order of its keys; another value has another', () => {
  const shuffled = (value: JsonValue): JsonValue => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(shuffled);
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, shuffled(member as JsonValue)]),
    );
  };
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
  fc.assert(
    fc.property(json, json, (left, right) => {
      expect(hashArguments({ value: shuffled(left) })).toBe(hashArguments({ value: left }));
      const parsed = JSON.parse(JSON.stringify(left)) as JsonValue;
      expect(canonicalJson(parsed)).toBe(canonicalJson(left));
      expect(JSON.parse(canonicalJson(left))).toEqual(parsed);
      const same = canonicalJson(left) === canonicalJson(right);
      expect(hashArguments({ value: left }) === hashArguments({ value: right })).toBe(same);
    }),
    { numRuns: 2000 },
  );
});
