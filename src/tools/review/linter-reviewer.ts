import { reviewByBundledLinter } from './bundled-linter.ts';
import { type Change, type ReadableFile, readableFiles } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import { isLintable } from './file-kind.ts';
import { findMissingLinter, findOwnLinter, isCheckedOut, reviewByOwnLinter } from './own-linter.ts';
import type { ReviewerReport } from './reviewer.ts';
import { hasMergeMarker } from './text-rules.ts';

/**
 * Lints the changed JavaScript and TypeScript: with the repository's own eslint, biome or oxlint when both its
 * configuration and its binary are there and the files are checked out, else with the bundled oxlint. Which one, and
 * why, is said in a notice when it is not the bundled one or could not be the repository's.
 */
export async function reviewByLinter(change: Change, signal: AbortSignal): Promise<ReviewerReport> {
  const files = readableFiles(change).filter(file => isLintable(file.path));
  if (files.length === 0) return { name: 'linter', files: 0, findings: [], notices: [] };
  const report = await lint(change, files, signal);
  return { ...report, findings: report.findings.filter(saysSomethingNew(change, report.findings)) };
}

/** Leaves out what another finding says better: a merge marker breaks the syntax, an assignment is always the same. */
function saysSomethingNew(change: Change, findings: readonly DraftFinding[]) {
  const assignments = new Set(findings.filter(hasRule('no-cond-assign')).map(placeOf));
  return (finding: DraftFinding): boolean => {
    const file = change.files.get(finding.path);
    if (hasRule('syntax')(finding)) return file === undefined || !hasMergeMarker(file);
    return !(hasRule('no-constant-condition')(finding) && assignments.has(placeOf(finding)));
  };
}

function hasRule(rule: string): (finding: DraftFinding) => boolean {
  return finding => finding.source.some(source => source.endsWith(`:${rule}`));
}

function placeOf(finding: DraftFinding): string {
  return `${finding.range[0]} ${finding.path}`;
}

async function lint(
  change: Change,
  files: readonly ReadableFile[],
  signal: AbortSignal,
): Promise<ReviewerReport> {
  const linter = await findOwnLinter(change.workspace);
  if (linter === undefined) {
    const report = await reviewByBundledLinter(change, files, signal);
    const missing = await findMissingLinter(change.workspace);
    if (missing === undefined || report.files === 0) return report;
    const notice = `${missing} is configured but not installed; the bundled oxlint was used`;
    return { ...report, notices: [notice, ...report.notices] };
  }
  if (!(await isCheckedOut(change, files, signal))) {
    const report = await reviewByBundledLinter(change, files, signal);
    const notice = `the repository's own ${linter.name} was not used: the working tree differs from the reviewed files`;
    return { ...report, notices: [notice, ...report.notices] };
  }
  const own = await reviewByOwnLinter({ linter, change, files, signal });
  if (!own.failed) return own;
  const report = await reviewByBundledLinter(change, files, signal);
  return { ...report, notices: [...own.notices, ...report.notices] };
}
