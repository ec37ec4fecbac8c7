import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/model/canonical-json.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { distinctAnswers, majorityAnswer } from '../../src/runtime/ask/majority-answer.ts';
import { fc } from '../laws.ts';

const answers = fc.array(
  fc.oneof(
    fc.constantFrom<JsonValue>('yes', ' Yes', 'YES', 'no', 1, '1', null, [1, 2], [2, 1]),
    fc.constantFrom<JsonValue>({ a: 1, b: [2] }, { b: [2], a: 1 }, { a: 1 }),
  ),
  { minLength: 1, maxLength: 9 },
);
const same = (left: JsonValue, right: JsonValue): boolean =>
  typeof left === 'string' && typeof right === 'string'
    ? left.trim().toLowerCase() === right.trim().toLowerCase()
    : canonicalJson(left) === canonicalJson(right);

test('no answer is more frequent than the majority, and an equally frequent one came later', () => {
  fc.assert(
    fc.property(answers, given => {
      const winner = majorityAnswer(given);
      if (winner === undefined) throw new Error('there is no winner');
      const place = given.indexOf(winner);
      const votes = (answer: JsonValue) => given.filter(each => same(each, answer)).length;
      expect(place).toBeGreaterThanOrEqual(0);
      for (const [index, answer] of given.entries()) {
        expect(votes(answer)).toBeLessThanOrEqual(votes(winner));
        if (votes(answer) === votes(winner) && !same(answer, winner)) expect(index).toBeGreaterThan(place);
      }
    }),
  );
});

test('distinct answers are each there once, in the order in which they came', () => {
  fc.assert(
    fc.property(answers, given => {
      const distinct = distinctAnswers(given);
      expect(distinct).toEqual(
        given.filter((each, index) => given.findIndex(other => same(other, each)) === index),
      );
    }),
  );
});

test('of no answers there is no majority', () => {
  expect(majorityAnswer([])).toBeUndefined();
});
