import { expect, test } from 'vitest';
import { LINTER_RULES } from '../../../src/tools/review/linter-rules.ts';
import { matchRules } from '../../../src/tools/review/rule-reviewer.ts';
import { REVIEW_RULES } from '../../../src/tools/review/rules/all-rules.ts';
import { fileOf, parser } from './rules-that-fire.ts';

const cases = REVIEW_RULES.flatMap(rule => rule.languages.map(language => ({ rule, language, id: rule.id })));

test.each(cases)(
  '$id fires on its bad example and not on the good one in $language',
  async ({ rule, language }) => {
    const syntax = await parser();
    const sources = (text: string) =>
      matchRules(syntax, fileOf(language, text)).flatMap(finding => finding.source);
    expect(sources(rule.bad)).toContain(`ast-grep:${rule.id}`);
    expect(sources(rule.good)).not.toContain(`ast-grep:${rule.id}`);
  },
);

test.each(cases.filter(({ rule }) => rule.fix !== undefined))(
  'the fix of $id in $language mends its bad example',
  async ({ rule, language }) => {
    const syntax = await parser();
    const finding = matchRules(syntax, fileOf(language, rule.bad)).find(
      ({ source }) => source[0] === `ast-grep:${rule.id}`,
    );
    const suggestion = finding?.suggestion;
    expect(suggestion?.range).toEqual([1, 1]);
    const after = matchRules(syntax, fileOf(language, suggestion?.text ?? rule.bad));
    expect(after.flatMap(({ source }) => source)).not.toContain(`ast-grep:${rule.id}`);
  },
);

test('rule ids are unique in a language, titles are short, reasons are sentences', () => {
  const keys = cases.map(({ id, language }) => `${id} ${language}`);
  expect(new Set(keys).size).toBe(keys.length);
  for (const { id, title, why } of [
    ...REVIEW_RULES,
    ...[...LINTER_RULES].map(([id, rule]) => ({ id, ...rule })),
  ]) {
    expect(title.split(' ').length, `${id}: ${title}`).toBeLessThanOrEqual(8);
    expect(why, id).toMatch(/[.]$/);
  }
});
