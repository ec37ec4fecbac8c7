import type { Diagnostic, Severity, SourceRange } from '../model/diagnostic.ts';
import type { DiagnosticCode } from './diagnostic-codes.ts';

/** What a finder of mistakes says about one; `severity` is `error` when left out. */
interface Finding {
  readonly code: DiagnosticCode;
  readonly range: SourceRange;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: Severity;
}

/** Collects mistakes. */
export type Report = (finding: Finding) => void;

const MOST_DIAGNOSTICS = 1000;

/** Makes a report and the list that it fills. After 1,000 mistakes no more are taken. */
export function createReport(): {
  readonly report: Report;
  readonly diagnostics: Diagnostic[];
  readonly failed: () => boolean;
} {
  const diagnostics: Diagnostic[] = [];
  let hasErrors = false;
  const report: Report = ({ code, range, message, hint, severity = 'error' }) => {
    if (severity === 'error') hasErrors = true;
    // Warnings leave room, so that an error is always among what is shown.
    const room = severity === 'error' ? MOST_DIAGNOSTICS : MOST_DIAGNOSTICS / 2;
    if (diagnostics.length >= room) return;
    const row = { code, severity, range, message };
    diagnostics.push(hint === undefined ? row : { ...row, hint });
  };
  const failed = (): boolean => hasErrors;
  return { report, diagnostics, failed };
}

/** Sorts by file (in the order of `files`), line and column, and drops exact repetitions. Pure and stable. */
export function sortDiagnostics(
  found: readonly Diagnostic[],
  files: readonly string[],
): readonly Diagnostic[] {
  const order = (row: Diagnostic): number => files.indexOf(row.range.file);
  const sorted = [...found].sort(
    (left, right) => order(left) - order(right) || left.range.start.offset - right.range.start.offset,
  );
  const seen = new Set<string>();
  return sorted.filter(row => {
    const key = JSON.stringify([row.code, row.range.file, row.range.start.offset, row.message]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const LONGEST_QUOTE = 60;

/** Quotes the author's word in backticks, shortened when it is long. Pure. */
export function quote(word: string): string {
  return `\`${word.length > LONGEST_QUOTE ? `${word.slice(0, LONGEST_QUOTE)}…` : word}\``;
}

/** Lists words as `a`, `b` or `c`; at most eight are named. Pure. */
export function listWords(words: readonly string[]): string {
  const shown = words.slice(0, 8).map(quote);
  if (words.length > shown.length) return `${shown.join(', ')} …`;
  const last = shown.pop();
  if (last === undefined) return '';
  return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`;
}
