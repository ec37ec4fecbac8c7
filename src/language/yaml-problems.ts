import type { YAMLError } from 'yaml';
import type { DiagnosticCode } from './diagnostic-codes.ts';

interface YamlExplanation {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string;
}

/** Says a YAML parser's error in words that help an author. Pure. */
export function explainYamlError(error: YAMLError, text: string): YamlExplanation {
  const own = (error.message.split(/ at line \d+/)[0] ?? error.message).trim();
  const plain = { code: 'yaml-syntax', message: `This is not valid YAML: ${own}` } as const;
  if (error.code === 'TAB_AS_INDENT') {
    return {
      code: 'tab-indent',
      message: 'A tab indents this line',
      hint: 'YAML is indented with spaces only',
    };
  }
  if (isBareTemplate(error, text)) {
    return { ...plain, hint: 'quote a value that starts with a template: `"{{ … }}"`' };
  }
  if (error.code === 'BAD_ALIAS') return { ...plain, hint: 'quote text that starts with `*` or `&`' };
  if (error.code === 'BAD_SCALAR_START') {
    return { ...plain, hint: 'quote text that starts with `@`, a backtick or `%`' };
  }
  if (/^Flow (map|sequence)/.test(own) || /must end with/.test(own)) {
    const bracket = /sequence/.test(own) ? '[' : '{';
    return {
      ...plain,
      message: `A \`${bracket}\` before this is not closed`,
      hint: 'close it on its line, or indent what is inside',
    };
  }
  if (/closing .quote/.test(own)) return { ...plain, message: 'A quote is opened and not closed' };
  if (error.code === 'BAD_INDENT') return { ...plain, hint: 'line up the keys of one mapping' };
  const hint = HINTS[error.code];
  return hint === undefined ? plain : { ...plain, hint };
}

const HINTS: Partial<Record<YAMLError['code'], string>> = {
  MISSING_CHAR: 'is a quote, a bracket or a colon missing before this?',
  MULTILINE_IMPLICIT_KEY: 'is a colon missing after a key, or a `|` before text of several lines?',
  BLOCK_AS_IMPLICIT_KEY: 'quote text that holds `: `',
  BLOCK_IN_FLOW: 'inside `{ }` and `[ ]` write everything with commas',
  UNEXPECTED_TOKEN: 'is something missing before this?',
  TAG_RESOLVE_FAILED: 'take the tag out',
};

/** `key: {{ x }}` is the habit of other template languages; in YAML it opens a mapping. */
function isBareTemplate(error: YAMLError, text: string): boolean {
  const lineStart = text.lastIndexOf('\n', Math.max(0, error.pos[0] - 1)) + 1;
  return /^[^"'#]*:\s*\{\{/.test(text.slice(lineStart, text.indexOf('\n', lineStart) + 1 || undefined));
}
