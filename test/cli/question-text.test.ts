import { expect, test } from 'vitest';
import { questionText, questionWords } from '../../src/cli/question-text.ts';
import { readAnswer } from '../../src/cli/read-answer.ts';
import { HELP_TEXT } from '../../src/tui/help-text.ts';

const question = { kind: 'approval', tool: 'disk.write', args: { path: 'a' }, argsHash: 'f00' } as const;
const asked = { phase: 'save', question };

test('`A` allows all calls like it, at the prompt as in the dashboard, and `a` nothing', () => {
  const { ways } = questionWords(asked, { columns: 80 });
  expect(ways).toMatch(/^A {2}allow it, and all other calls/m);
  expect(ways).not.toMatch(/^a\b/m);
  const all = { choice: 'allow', text: null, alike: true };
  expect(readAnswer(question, 'A')).toEqual(all);
  expect(readAnswer(question, 'a')).toEqual({ problem: 'expected `y`, `A` or `n`' });
  const guarded = questionWords(asked, { columns: 80, code: '7c1e' });
  expect(guarded.ways).toMatch(/^A 7c1e {2}allow it/m);
  expect(readAnswer(question, 'A 7c1e', '7c1e')).toEqual(all);
  expect(readAnswer(question, 'a 7c1e', '7c1e')).toHaveProperty('problem');
  expect(HELP_TEXT).toContain('A allow all like it in this run');
  expect(HELP_TEXT).toContain('l puts it aside');
});

test('a question that is listed shows no keys, for it takes none', () => {
  const text = questionText(asked);
  expect(text).toContain('sha256 of the arguments: f00');
  expect(text).not.toMatch(/^[yanA] /m);
});

test('a question of a procedure that is listed shows its choices, which a command takes', () => {
  const choices = { kind: 'question', text: 'Go?', choices: ['yes', 'no'], freeText: false } as const;
  expect(questionText({ phase: 'ask', question: choices })).toContain('1  yes\n2  no');
});
