import type { Finding } from '../../model/review.ts';
import type { Change } from './change.ts';
import { withIds } from './finding-id.ts';
import { compareFindings, inChange, type ReviewerReport } from './reviewer.ts';

const MAX_REPORTED = 500;

/** What a reviewing tool returns. */
export interface ReviewReport {
  readonly findings: readonly Finding[];
  readonly notices: readonly string[];
  readonly reviewers: readonly { readonly name: string; readonly files: number; readonly findings: number }[];
}

/** Puts the reports of reviewers together, worst finding first, at most 500. Deterministic. */
export function reviewReport(change: Change, reports: readonly ReviewerReport[]): ReviewReport {
  const all = reports.flatMap(report => inChange(change, report.findings)).sort(compareFindings);
  const notices = [...change.notices, ...reports.flatMap(report => report.notices)];
  if (all.length > MAX_REPORTED) {
    notices.push(
      `${all.length - MAX_REPORTED} more findings were left out: only the worst ${MAX_REPORTED} are shown`,
    );
  }
  return {
    findings: withIds(all.slice(0, MAX_REPORTED), change),
    notices: [...new Set(notices)],
    reviewers: reports.map(({ name, files, findings }) => ({ name, files, findings: findings.length })),
  };
}
