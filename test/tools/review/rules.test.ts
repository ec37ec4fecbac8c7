import { expect, test } from 'vitest';
import { changedFile, type ReadableFile } from '../../../src/tools/review/change.ts';
import { LINTER_RULES } from '../../../src/tools/review/linter-rules.ts';
import { matchRules } from '../../../src/tools/review/rule-reviewer.ts';
import { REVIEW_RULES } from '../../../src/tools/review/rules/all-rules.ts';
import type { RuleLanguage } from '../../../src/tools/review/rules/rule.ts';
import { loadSyntaxParser, type SyntaxParser } from '../../../src/tools/review/syntax.ts';

const ENDINGS: Record<RuleLanguage, string> = {
  typescript: 'ts',
  tsx: 'tsx',
  javascript: 'js',
  python: 'py',
};

function fileOf(language: RuleLanguage, text: string): ReadableFile {
  const lines = text
    .split('\n')
    .map((line, index) => ({ kind: 'added' as const, text: line, newLine: index + 1 }));
  const path = `src/a.${ENDINGS[language]}`;
  const hunks = [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: lines.length, section: '', lines }];
  const diff = { path, status: 'added' as const, binary: false, added: lines.length, removed: 0, hunks };
  return { ...changedFile(diff, text, false), text };
}

async function parser(): Promise<SyntaxParser> {
  const loaded = await loadSyntaxParser();
  if (loaded === undefined) throw new Error('ast-grep is not installed');
  return loaded;
}

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
