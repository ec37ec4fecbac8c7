import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.ts';
import { curvesOf, curveText } from '../../src/model/trial-curve.ts';

const judged = (trial: number, score: number | null, more: object = {}) =>
  ({
    type: 'trial.judged',
    at: 0,
    phase: 'd',
    trial,
    passed: false,
    score,
    feedback: '',
    ...more,
  }) as RunEvent;

const told = (...events: RunEvent[]) => curvesOf(events).map(curveText);

describe('the curve of trials', () => {
  test('says from which score to which, what is kept, and what the first had', () => {
    expect(told(judged(1, 0.2), judged(2, 0.9), judged(3, 0.5, { kept: 2 }))).toEqual([
      '0.2 → 0.9 → 0.5 · none passed, kept trial 2 with 0.9, the first had 0.2',
    ]);
    expect(told(judged(1, 0), judged(2, 1, { passed: true }))).toEqual([
      '0 → 1 · passed at trial 2 with 1, the first had 0',
    ]);
  });

  test('does not compare the first with itself', () => {
    expect(told(judged(1, 1, { passed: true }))).toEqual(['1 · passed at trial 1 with 1']);
    expect(told(judged(1, 0.5), judged(2, 0.5, { kept: 1 }))).toEqual([
      '0.5 → 0.5 · none passed, kept trial 1 with 0.5',
    ]);
  });

  test('is one for each visit, also of phases at once', () => {
    const other = { phase: 'e' };
    expect(
      told(
        judged(1, 0),
        judged(1, 0.1, other),
        judged(2, 1, { passed: true }),
        judged(2, 0.2, other),
        judged(1, 0.3),
      ),
    ).toEqual(['0 → 1 · passed at trial 2 with 1, the first had 0', '0.1 → 0.2', '0.3']);
  });

  test('is short, however many trials there are, and shows no digits that nobody gave', () => {
    const many = Array.from({ length: 100 }, (_, index) => judged(index + 1, index / 3));
    const [text = ''] = told(...many);
    expect(text.split(' → ')).toHaveLength(12);
    expect(text).toMatch(/^0 → 0\.3333 → … → .* → 33$/);
    expect(told(judged(1, null))).toEqual(['?']);
  });
});
