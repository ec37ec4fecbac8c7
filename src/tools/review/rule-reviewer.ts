import type { NapiConfig, SgNode } from '@ast-grep/napi';
import type { Suggestion } from '../../model/review.ts';
import { type Change, type ReadableFile, readableFiles } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import { isTestFile } from './file-kind.ts';
import { anchorInAdded, type ReviewerReport } from './reviewer.ts';
import { REVIEW_RULES } from './rules/all-rules.ts';
import type { ReviewRule, RuleLanguage } from './rules/rule.ts';
import { loadSyntaxParser, type SyntaxParser } from './syntax.ts';
import { yieldToOthers } from './yield-to-others.ts';

const MAX_NAMES = 300;

/**
 * Matches our own syntax rules on the changed TypeScript, JavaScript and Python files and keeps what the change wrote.
 * Without ast-grep or its Python grammar it says so in one notice each.
 */
export async function reviewByRules(change: Change, signal: AbortSignal): Promise<ReviewerReport> {
  const files = readableFiles(change).filter(file => file.language !== undefined);
  const name = 'ast-grep';
  if (files.length === 0) return { name, files: 0, findings: [], notices: [] };
  const parser = await loadSyntaxParser();
  if (parser === undefined) {
    return {
      name,
      files: 0,
      findings: [],
      notices: ['ast-grep is not installed: no syntax rules were checked'],
    };
  }
  const findings: DraftFinding[] = [];
  const notices: string[] = [];
  if (!parser.python && files.some(file => file.language === 'python')) {
    notices.push('the Python grammar of ast-grep cannot be loaded here: no Python rules were checked');
  }
  for (const file of files) {
    signal.throwIfAborted();
    findings.push(...matchRules(parser, file));
    await yieldToOthers();
  }
  return { name, files: files.length, findings, notices };
}

/** All findings of our rules in the added lines of one file. Deterministic. */
export function matchRules(parser: SyntaxParser, file: ReadableFile): readonly DraftFinding[] {
  if (file.language === undefined) return [];
  const rules = rulesFor(file, file.language);
  const root = rules.length === 0 ? undefined : parser.parse(file.language, file.text)?.root();
  if (root === undefined) return [];
  const findings: DraftFinding[] = [];
  for (const rule of rules) {
    const matcher = matcherFor(rule, root);
    if (matcher === undefined) continue;
    for (const node of root.findAll(matcher)) {
      const finding = toFinding(rule, node, file);
      if (finding !== undefined && rule.accepts?.(node) !== false) findings.push(finding);
    }
  }
  return findings;
}

/** The rule with `$NAME` bound to what the file declares; undefined when it declares nothing of the kind. */
function matcherFor(rule: ReviewRule, root: SgNode): NapiConfig | undefined {
  const config = { rule: rule.rule } as NapiConfig;
  if (rule.declares === undefined) return config;
  const names = new Set<string>();
  for (const node of root.findAll({ rule: rule.declares } as NapiConfig)) {
    const name = node.getMatch('NAME')?.text() ?? '';
    // Names stand in a regular expression, so only plain ones.
    if (/^\w+$/.test(name) && names.size < MAX_NAMES) names.add(name);
  }
  if (names.size === 0) return undefined;
  return { ...config, constraints: { NAME: { regex: `^(${[...names].join('|')})$` } } };
}

function rulesFor(file: ReadableFile, language: RuleLanguage): readonly ReviewRule[] {
  const inTests = isTestFile(file.path);
  return REVIEW_RULES.filter(
    rule =>
      rule.languages.includes(language) &&
      !(inTests && rule.skipTests === true) &&
      rule.needs.test(file.text),
  );
}

function toFinding(rule: ReviewRule, node: SgNode, file: ReadableFile): DraftFinding | undefined {
  const place = node.range();
  const range = anchorInAdded(file.added, [place.start.line + 1, place.end.line + 1]);
  if (range === undefined) return undefined;
  const suggestion = rule.fix === undefined ? undefined : fixOf(rule.fix, node, file.text);
  return {
    path: file.path,
    range,
    severity: rule.severity,
    category: rule.category,
    title: rule.title,
    why: rule.why,
    evidence: [],
    confidence: rule.confidence,
    source: [`ast-grep:${rule.id}`],
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Writes the replacement of a node as a replacement of whole lines. */
function fixOf(fix: string, node: SgNode, text: string): Suggestion {
  const replacement = fix.replace(
    /\$([A-Z]+)/g,
    (whole, name: string) => node.getMatch(name)?.text() ?? whole,
  );
  const place = node.range();
  const before = text.split('\n');
  const after = node
    .getRoot()
    .root()
    .commitEdits([node.replace(replacement)])
    .split('\n');
  const range = [place.start.line + 1, place.end.line + 1] as const;
  const linesBehind = before.length - range[1];
  const lines = after.slice(place.start.line, after.length - linesBehind);
  return { range, text: lines.map(line => line.replace(/\r$/, '')).join('\n') };
}
