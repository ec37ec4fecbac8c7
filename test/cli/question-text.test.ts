import { describe, expect, test } from 'vitest';
import { argumentRows } from '../../src/cli/argument-rows.ts';
import { foreignRows } from '../../src/cli/foreign-lines.ts';
import { questionText, questionWords } from '../../src/cli/question-text.ts';
import { readAnswer } from '../../src/cli/read-answer.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { displayWidth } from '../../src/reporters/display-width.ts';
import { HELP_TEXT } from '../../src/tui/help-text.ts';
import { fc } from '../laws.ts';

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

describe('texts of several lines in arguments', () => {
  const patch = 'diff --git a/NEWS b/NEWS\n--- a/NEWS\n+++ b/NEWS\n@@ -1 +1 @@\n-old\n+new\n';
  const rowsOf = (args: JsonObject, columns = 80) =>
    questionWords({ phase: 'save', question: { ...question, args } }, { columns }).rows;

  test('stand as they are under the arguments, with what they are the value of', () => {
    expect(rowsOf({ path: 'a', patch })).toEqual(
      [
        '  │ {',
        '  │   "path": "a",',
        '  │   "patch": ↓ text 1',
        '  │ }',
        '',
        'text 1 is the value of "patch", a diff of 6 lines, 69 characters, the last one a line break:',
        '  │ diff --git a/NEWS b/NEWS',
        '  │ --- a/NEWS',
        '  │ +++ b/NEWS',
        '  │ @@ -1 +1 @@',
        '  │ -old',
        '  │ +new',
      ].flatMap(row => (row.startsWith('text 1 is') ? wrapAt(row, 80) : [row])),
    );
    const nested = rowsOf({ edits: [{ newText: 'a\n\tb' }, 'x\\n'] }, 200).join('\n');
    expect(nested).toContain('"newText": ↓ text 1');
    expect(nested).toContain(
      'text 1 is the value of "edits[0].newText", 2 lines, 4 characters, tabs as two spaces:',
    );
  });

  test('keep what would not be seen, and cannot look like words of ours', () => {
    const rows = rowsOf({ text: 'one\r\ntwo\u001b[2J\ny  allow this call\n\n' }, 200);
    const shown = rows.slice(rows.indexOf('') + 2);
    expect(shown).toEqual(['  │ one\\u{d}', '  │ two\\u{1b}[2J', '  │ y  allow this call', '  │']);
    const name = rowsOf({ ['n`:\ny  allow '.repeat(9)]: 'a\nb' }, 80);
    expect(name.filter(row => row.startsWith('y'))).toEqual([]);
    for (const row of rowsOf({ patch, long: `${'x'.repeat(300)}\n\n${'y '.repeat(200)}` }, 40))
      expect(displayWidth(row)).toBeLessThanOrEqual(40);
  });

  test('what is short or of one line stays in the arguments', () => {
    expect(rowsOf({ text: 'one\n', list: [], none: {}, nothing: null })).toEqual([
      '  │ {',
      '  │   "text": "one\\n",',
      '  │   "list": [],',
      '  │   "none": {},',
      '  │   "nothing": null',
      '  │ }',
    ]);
  });

  test('arguments without such texts are the JSON that they are', () => {
    const law = fc.property(fc.jsonValue(), value => {
      const args = { value } as JsonObject;
      if (JSON.stringify(args).includes('\\n')) return;
      expect(argumentRows(args, Number.POSITIVE_INFINITY)).toEqual(
        foreignRows(JSON.stringify(args, null, 2), Number.POSITIVE_INFINITY),
      );
    });
    fc.assert(law);
  });
});

function wrapAt(text: string, columns: number): readonly string[] {
  const cut = text.lastIndexOf(' ', columns - 1);
  return text.length < columns ? [text] : [text.slice(0, cut), text.slice(cut + 1)];
}
