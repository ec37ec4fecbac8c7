import type { FindingCategory, FindingSeverity } from '../../model/review.ts';
import type { Change, ChangedFile } from './change.ts';
import { type DraftFinding, firstWords } from './draft-finding.ts';
import { isTestFile } from './file-kind.ts';
import { LINTER_RULES } from './linter-rules.ts';
import { anchorInAdded } from './reviewer.ts';

/** One message of any linter. `rule` is as the linter writes it, with or without a plugin; lines count from 1. */
export interface LinterMessage {
  readonly tool: string;
  readonly path: string;
  readonly range: readonly [number, number];
  readonly rule: string | undefined;
  readonly message: string;
  readonly level: 'error' | 'warning';
}

const SECURITY_WORDS = /security|xss|csrf|inject|eval|danger|unsafe-html|secret/i;
const STYLE_WORDS =
  /prettier|format|indent|quotes|semi|spac|comma|newline|import-?order|sort|naming|camelcase|organizeImports|stylistic|(^|\/)style\//i;

/** A linter's message as a finding, or undefined when the change did not write its line. Pure. */
export function findingFromLinter(message: LinterMessage, change: Change): DraftFinding | undefined {
  const file = change.files.get(message.path);
  const range = file === undefined ? undefined : anchorInAdded(file.added, message.range);
  if (range === undefined) return undefined;
  if (file !== undefined && isOutOfPlace(message.rule, file)) return undefined;
  const { severity, category, title, why } = wordsFor(message);
  const name = message.rule === undefined ? 'syntax' : shortName(message.rule);
  return {
    path: message.path,
    range,
    severity,
    category,
    title,
    why,
    evidence: [],
    confidence: 0.9,
    source: [`${message.tool}:${name}`],
  };
}

/** What tests do on purpose: they evaluate expressions for their effect and build odd objects. */
const NOISE_IN_TESTS = new Set([
  'jsx-key',
  'no-constant-binary-expression',
  'no-constant-condition',
  'no-thenable',
  'no-unassigned-vars',
  'no-unsafe-optional-chaining',
  'no-unused-expressions',
  'preserve-caught-error',
]);
const USES_REACT = /['"](react|preact)(\/[^'"]*)?['"]/;

/** Flow's types and the tags of templates are no JavaScript, so a parser error in such a file says nothing. */
const OTHER_SYNTAX = /@flow\b|<%|\{%/;

/** Whether a known rule says nothing here: rules for React elsewhere, and what tests do on purpose. */
function isOutOfPlace(rule: string | undefined, file: ChangedFile): boolean {
  if (rule === undefined) return OTHER_SYNTAX.test(file.text ?? '');
  const name = shortName(rule);
  if (NOISE_IN_TESTS.has(name) && isTestFile(file.path)) return true;
  return LINTER_RULES.get(name)?.plugin === 'react' && !USES_REACT.test(file.text ?? '');
}

interface Words {
  readonly severity: FindingSeverity;
  readonly category: FindingCategory;
  readonly title: string;
  readonly why: string;
}

function wordsFor(message: LinterMessage): Words {
  const said = sentence(message.message);
  if (message.rule === undefined) {
    const why = `${said} The file cannot be parsed, so nothing in it runs.`;
    return { severity: 'critical', category: 'bug', title: 'File does not parse', why };
  }
  const known = LINTER_RULES.get(shortName(message.rule));
  if (known !== undefined) return { ...known, why: `${said} ${known.why}` };
  const title = firstWords(message.message);
  if (STYLE_WORDS.test(message.rule)) return { severity: 'nit', category: 'style', title, why: said };
  const category = SECURITY_WORDS.test(message.rule) ? 'security' : 'bug';
  return { severity: message.level === 'error' ? 'minor' : 'nit', category, title, why: said };
}

/** `typescript-eslint(no-unused-vars)`, `@typescript-eslint/no-unused-vars`, `lint/correctness/noUnusedVars` → `no-unused-vars`. */
function shortName(rule: string): string {
  const inner = /\(([^)]+)\)$/.exec(rule)?.[1] ?? rule;
  const name = inner.slice(inner.lastIndexOf('/') + 1);
  return name.replace(
    /([a-z0-9])([A-Z])/g,
    (_, before: string, after: string) => `${before}-${after.toLowerCase()}`,
  );
}

function sentence(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ').slice(0, 400);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
