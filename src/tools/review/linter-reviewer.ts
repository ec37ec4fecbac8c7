import { reviewByBundledLinter } from './bundled-linter.ts';
import { type Change, readableFiles } from './change.ts';
import { isLintable } from './file-kind.ts';
import { findOwnLinter, isCheckedOut, reviewByOwnLinter } from './own-linter.ts';
import type { ReviewerReport } from './reviewer.ts';

/**
 * Lints the changed JavaScript and TypeScript: with the repository's own eslint, biome or oxlint when both its
 * configuration and its binary are there and the files are checked out, else with the bundled oxlint. Which one, and
 * why, is said in a notice when it is not the bundled one or could not be the repository's.
 */
export async function reviewByLinter(change: Change, signal: AbortSignal): Promise<ReviewerReport> {
  const files = readableFiles(change).filter(file => isLintable(file.path));
  if (files.length === 0) return { name: 'linter', files: 0, findings: [], notices: [] };
  const linter = await findOwnLinter(change.workspace);
  if (linter === undefined) return reviewByBundledLinter(change, files, signal);
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
