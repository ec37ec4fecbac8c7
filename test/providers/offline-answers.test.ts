import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import { answerLines } from '../../src/providers/offline-answers.ts';

describe('the offline summary of several answers', () => {
  test('quotes each word for word, names who said it, and says who failed', () => {
    const values: JsonObject = {
      inputs: { question: 'Is it?' },
      answers: [
        { model: 'a:1', answer: 'A semaphore is a counter of permits, not a lock.\n\n```\ncode();\n```' },
        { model: 'b:2', failure: { code: 'PROVIDER_AUTH', message: 'no' } },
        { model: 'c:3', answer: { verdict: false } },
      ],
    };
    expect(answerLines(values)).toEqual([
      '- A semaphore is a counter of permits, not a lock. [a:1]',
      '- `b:2` failed: PROVIDER_AUTH',
      '- {"verdict":false} [c:3]',
    ]);
  });

  test.each<JsonObject>([
    {},
    { answers: [] },
    { answers: ['text'] },
    { answers: [{ model: 'a:1' }] },
    { answers: [{ answer: 'without a model' }] },
    { answers: { model: 'a:1', answer: 'no list' } },
  ])('is none for values that hold no answers: %j', values => {
    expect(answerLines(values)).toEqual([]);
  });
});
