import type { Diagnostic } from '../model/diagnostic.ts';
import { suggest } from './closest.ts';
import { DIAGNOSTIC_CODES } from './diagnostic-codes.ts';
import { parseSource } from './parse.ts';
import { createReport, quote } from './report.ts';
import { rangeOf, type SourceFile, sourceFileOf } from './source-file.ts';
import type { SourceNode } from './source-node.ts';

const COMMENT = /(?<=^|\s)#\s*crew-ignore\b:?[ \t]*(?<code>[^\s]*)[ \t]*(?<reason>[^\r\n]*)/gm;

/** Errors that are judgements: a crew that has them can run. Warnings and notes can always be silenced. */
const JUDGEMENTS: ReadonlySet<string> = new Set([
  'unreachable-phase',
  'unbounded-cycle',
  'no-way-to-end',
  'shadowed-transition',
  'constant-guard',
  'template-jinja',
  'unassigned-artifact',
  'unknown-field',
  'not-a-list',
  'filter-argument',
  'impossible-value',
  'incompatible-comparison',
  'invalid-argument',
  'secret-in-file',
]);

const REMARK = /\{%-?\s*#\s*crew-ignore\b:?[ \t]*(?<code>[^\s%]*)[ \t]*(?<reason>[^\r\n%]*?)-?%\}/g;

interface Ignore {
  readonly file: SourceFile;
  readonly code: string;
  readonly reason: string;
  readonly offset: number;
  readonly length: number;
  readonly line: number;
}

/**
 * Takes out the diagnostics that a comment `# crew-ignore: code reason` silences, in a prompt file a remark of Liquid, on its
 * own line or on the line above,
 * and adds what is wrong with such comments. Pure.
 */
export function applyIgnores(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, string>,
): readonly Diagnostic[] {
  const ignores = [...sources].flatMap(([path, text]) => findIgnores(path, text));
  if (ignores.length === 0) return diagnostics;
  const used = new Set<Ignore>();
  const kept = diagnostics.filter(({ code, range }) => {
    const hits = ignores.filter(
      one =>
        one.file.path === range.file &&
        one.code === code &&
        maySilence(one) &&
        (one.line === range.start.line || one.line + 1 === range.start.line),
    );
    for (const hit of hits) used.add(hit);
    return hits.length === 0;
  });
  const { report, diagnostics: added } = createReport();
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  for (const ignore of ignores) {
    // Some families are silent after errors, so whether they would say something is not known.
    const unclear = failed && /^(?:unused-|no-budget$)/.test(ignore.code);
    reportIgnore(ignore, unclear || used.has(ignore), report);
  }
  return [...kept, ...added];
}

function findIgnores(path: string, text: string): readonly Ignore[] {
  if (!text.includes('crew-ignore')) return [];
  if (path.endsWith('.prompt.md')) return findRemarks(sourceFileOf(path, text));
  const { root } = parseSource(path, text, () => {});
  if (root === undefined) return [];
  const { file } = root;
  return [...file.text.matchAll(COMMENT)].flatMap((match): Ignore[] => {
    if (insideScalar(root, match.index)) return [];
    const { code = '', reason = '' } = match.groups ?? {};
    const { start } = rangeOf(file, match.index, match.index + 1);
    const length = match[0].trimEnd().length;
    return [{ file, code, reason: reason.trim(), offset: match.index, length, line: start.line }];
  });
}

/** In a prompt file it is a remark of Liquid: `{% # crew-ignore: code reason %}`. */
function findRemarks(file: SourceFile): readonly Ignore[] {
  return [...file.text.matchAll(REMARK)].map((match): Ignore => {
    const { code = '', reason = '' } = match.groups ?? {};
    const { start } = rangeOf(file, match.index, match.index + 1);
    return {
      file,
      code,
      reason: reason.trim(),
      offset: match.index,
      length: match[0].length,
      line: start.line,
    };
  });
}

/** What looks like a comment inside a text is text. */
function insideScalar(node: SourceNode, offset: number): boolean {
  if (node.kind === 'scalar') return node.start <= offset && offset < node.end;
  const inner = node.kind === 'list' ? node.items : node.entries.map(entry => entry.value);
  return inner.some(one => insideScalar(one, offset));
}

function isKnown(code: string): code is keyof typeof DIAGNOSTIC_CODES {
  return Object.hasOwn(DIAGNOSTIC_CODES, code);
}

function maySilence({ code, reason }: Ignore): boolean {
  return (
    reason !== '' && isKnown(code) && (DIAGNOSTIC_CODES[code].severity !== 'error' || JUDGEMENTS.has(code))
  );
}

function reportIgnore(
  ignore: Ignore,
  used: boolean,
  report: ReturnType<typeof createReport>['report'],
): void {
  const { file, code, reason, offset, length } = ignore;
  const range = rangeOf(file, offset, offset + length);
  const severity = 'warning';
  if (!isKnown(code)) {
    const message = code === '' ? 'This comment names no code' : `There is no code ${quote(code)}`;
    const hint = suggest(code, Object.keys(DIAGNOSTIC_CODES)) ?? 'write `# crew-ignore: code reason`';
    return report({ code: 'ignore-unknown-code', range, message, hint, severity });
  }
  if (DIAGNOSTIC_CODES[code].severity === 'error' && !JUDGEMENTS.has(code)) {
    const message = `${quote(code)} cannot be silenced, because a crew with it could not run`;
    return report({ code: 'ignore-refused', range, message, severity });
  }
  if (reason === '') {
    const message = `This comment does not say why ${quote(code)} is silenced`;
    return report({
      code: 'ignore-without-reason',
      range,
      message,
      hint: `write \`# crew-ignore: ${code} because …\``,
      severity,
    });
  }
  if (used) return;
  const message = `Nothing is silenced here: ${quote(code)} is not reported on this line or the next one`;
  report({ code: 'unused-ignore', range, message, hint: 'take the comment out', severity: 'info' });
}
