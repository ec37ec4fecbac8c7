import { expect, test } from 'vitest';
import type { ToolAnswer } from '../../src/model/person-question.ts';
import { takenText } from '../../src/reporters/taken-text.ts';

test.each<[ToolAnswer | null, string]>([
  [null, 'nobody was there to answer, so it was cancelled'],
  [{ action: 'accept', content: { pin: 'x' }, by: 'ann' }, 'ann: answered'],
  [{ action: 'decline', by: 'ann' }, 'ann: declined'],
  [
    { action: 'decline', by: 'crew', why: 'it asks for a secret: `pin`' },
    'declined without asking anybody: it asks for a secret: `pin`',
  ],
  [
    { action: 'decline', by: 'ann', why: 'the answer does not fit the form' },
    'ann: declined, the answer does not fit the form',
  ],
])('how a question was taken: %j', (answer, text) => {
  expect(takenText(answer)).toBe(text);
});
