import { type FindingSeverity, type Review, SEVERITIES } from '../model/review.ts';

/** Tells whether a finding that is not muted is as severe as `threshold` or worse. Pure. */
export function failsGate(review: Review, threshold: FindingSeverity): boolean {
  const limit = SEVERITIES.indexOf(threshold);
  return review.findings.some(
    finding => finding.muted === undefined && SEVERITIES.indexOf(finding.severity) <= limit,
  );
}
