import { changedFile, type ReadableFile } from '../../../src/tools/review/change.ts';
import { matchRules } from '../../../src/tools/review/rule-reviewer.ts';
import type { RuleLanguage } from '../../../src/tools/review/rules/rule.ts';
import { loadSyntaxParser, type SyntaxParser } from '../../../src/tools/review/syntax.ts';

const ENDINGS: Record<RuleLanguage, string> = {
  typescript: 'ts',
  tsx: 'tsx',
  javascript: 'js',
  python: 'py',
};

/** A file of which every line is new. */
export function fileOf(language: RuleLanguage, text: string): ReadableFile {
  const lines = text
    .split('\n')
    .map((line, index) => ({ kind: 'added' as const, text: line, newLine: index + 1 }));
  const path = `src/a.${ENDINGS[language]}`;
  const hunks = [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: lines.length, section: '', lines }];
  const diff = { path, status: 'added' as const, binary: false, added: lines.length, removed: 0, hunks };
  return { ...changedFile(diff, text, false), text };
}

/** The parser, which tests cannot do without. */
export async function parser(): Promise<SyntaxParser> {
  const loaded = await loadSyntaxParser();
  if (loaded === undefined) throw new Error('ast-grep is not installed');
  return loaded;
}

/** The sources of all findings of our syntax rules in a new file with this text. */
export async function rulesThatFire(language: RuleLanguage, text: string): Promise<readonly string[]> {
  return matchRules(await parser(), fileOf(language, text)).flatMap(({ source }) => source);
}
