import { describe, expect, test } from 'vitest';
import type { Answers, ModelAnswer } from '../../src/model/answers.ts';
import { formatAnswers } from '../../src/reporters/answers-text.ts';
import { isAnswers } from '../../src/reporters/is-answers.ts';
import { nestedMarkdown } from '../../src/reporters/nested-markdown.ts';
import { fc } from '../laws.ts';

const FAILURE = { code: 'PROVIDER_AUTH', message: 'the key was refused' } as const;

function answersOf(answers: readonly ModelAnswer[], rest: Partial<Answers> = {}): Answers {
  return { question: 'q', answers, summary: null, ...rest };
}

describe('answers of several models', () => {
  test('stand under the names of their models, failures with their reasons, then the summary', () => {
    const result = answersOf(
      [
        { model: 'a:1', answer: 'Yes.\n' },
        { model: 'b:2', failure: FAILURE },
        { model: 'c:3', answer: { verdict: 'no' } },
      ],
      { summary: 'They differ.' },
    );
    expect(formatAnswers(result)).toBe(
      '## a:1\n\nYes.\n\n## b:2 failed\n\nPROVIDER_AUTH: the key was refused\n\n' +
        '## c:3\n\n{\n  "verdict": "no"\n}\n\n## Summary\n\nThey differ.\n',
    );
  });

  test('say why there is no summary', () => {
    const text = formatAnswers(answersOf([{ model: 'a:1', answer: 'x' }], { failure: FAILURE }));
    expect(text).toBe('## a:1\n\nx\n\n## No summary\n\nPROVIDER_AUTH: the key was refused\n');
  });

  test('cannot look like a heading of ours, whatever a model writes', () => {
    const names = fc.constantFrom(
      '## b:2',
      '# Summary',
      ' ## b:2 failed',
      '```',
      '~~~',
      '````md',
      'text',
      '\t',
      '',
    );
    const written = fc.array(names, { maxLength: 12 }).map(lines => lines.join('\n'));
    fc.assert(
      fc.property(written, answer => {
        const text = formatAnswers(
          answersOf([
            { model: 'a:1', answer },
            { model: 'b:2', answer: 'mine' },
          ]),
        );
        expect(headingsOf(text)).toEqual(['## a:1', '## b:2']);
      }),
    );
  });

  test('are sanitised for a terminal, and exact for a pipe', () => {
    const result = answersOf([{ model: 'a:1\u001b[2J', answer: 'x\u001b]52;c;eA==\u0007' }]);
    expect(formatAnswers(result, { terminal: true })).not.toContain('\u001b');
    expect(formatAnswers(result)).toContain('\u001b]52');
    expect(formatAnswers(result, { color: true })).not.toContain('\u001b]52');
  });
});

/** The headings of level 1 and 2 that are outside of code blocks, as CommonMark has it. */
function headingsOf(text: string): readonly string[] {
  let fence = '';
  return text.split('\n').filter(line => {
    const marks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (fence !== '') {
      if (marks.startsWith(fence) && line.trim() === marks) fence = '';
      return false;
    }
    fence = marks;
    return /^ {0,3}##? /.test(line);
  });
}

describe('Markdown under a heading of ours', () => {
  test.each([
    ['# A\n## B\n##### C', '### A\n#### B\n###### C'],
    ['```sh\n# comment\n```\n# A', '```sh\n# comment\n```\n### A'],
    ['~~~\n# in\n```\n# in\n~~~\n# out', '~~~\n# in\n```\n# in\n~~~\n### out'],
    ['````\n```\n# in\n````\n# out', '````\n```\n# in\n````\n### out'],
    ['```\n# left open', '```\n# left open\n```'],
    ['```not a fence```\n# A', '```not a fence```\n### A'],
    ['#hash #tag', '#hash #tag'],
    ['    # code', '    # code'],
  ])('%j becomes %j', (text, nested) => {
    expect(nestedMarkdown(text, 2)).toBe(nested);
  });
});

describe('a result', () => {
  const good = answersOf([
    { model: 'a', answer: 'x' },
    { model: 'b', failure: FAILURE },
  ]);
  test('with these keys is one of answers', () => {
    expect(isAnswers(good)).toBe(true);
    expect(isAnswers({ ...good, summary: 's', failure: FAILURE })).toBe(true);
  });
  test.each<readonly [string, unknown]>([
    ['null', null],
    ['a list', [good]],
    ['more keys', { ...good, more: 1 }],
    ['no question', { answers: [], summary: null }],
    ['no summary', { question: 'q', answers: [] }],
    ['an answer without a model', { ...good, answers: [{ answer: 'x' }] }],
    ['an answer that is both', { ...good, answers: [{ model: 'a', answer: 'x', failure: FAILURE }] }],
    ['a failure that is text', { ...good, failure: 'no' }],
    ['an answer that is text', { ...good, answers: ['x'] }],
  ])('that is %s is another', (_what, value) => {
    expect(isAnswers(value)).toBe(false);
  });
});
