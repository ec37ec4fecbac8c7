import {
  type Finding,
  type FindingSeverity,
  type Review,
  type ReviewDropped,
  type ReviewSummary,
  SEVERITIES,
} from '../model/review.ts';
import { codeSpan } from './markdown-inline.ts';

/** Each verdict in words for people. */
export const VERDICT_WORDS = {
  approve: 'approved',
  comment: 'comments only',
  request_changes: 'changes requested',
} as const satisfies Record<ReviewSummary['verdict'], string>;

/** What the counts of `dropped` count. */
const DROPPED_WORDS = {
  outsideDiff: 'outside the change',
  duplicates: 'merged as duplicates',
  badSuggestions: 'suggestions that do not apply',
  overLimit: 'over the limit',
} as const satisfies Record<keyof ReviewDropped, string>;

/** The findings that count, worst first, else in the order of the review. Pure. */
export function unmutedFindings(review: Review): readonly Finding[] {
  return SEVERITIES.flatMap(severity =>
    review.findings.filter(finding => finding.severity === severity && finding.muted === undefined),
  );
}

/** How many findings of each severity there are: `1 critical, 2 nits`; `no findings`. Pure. */
function findingCounts(findings: readonly Finding[]): string {
  const counts = SEVERITIES.flatMap(severity => {
    const count = findings.filter(finding => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${countedSeverity(severity, count)}`];
  });
  return counts.length === 0 ? 'no findings' : counts.join(', ');
}

/** What was left out and why: `2 outside the change, 1 over the limit`; undefined when nothing was. Pure. */
export function droppedText(dropped: ReviewDropped): string | undefined {
  const parts = Object.entries(DROPPED_WORDS).flatMap(([key, words]) => {
    const count = dropped[key as keyof ReviewDropped];
    return count > 0 ? [`${count} ${words}`] : [];
  });
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** The facts of a summary on one line of Markdown: counts, risk, effort, tests, revisions. Pure. */
export function summaryLine(review: Review): string {
  const { risk, effort, tests } = review.summary;
  const revisions = `${shortRevision(review.range.base)}..${shortRevision(review.range.head)}`;
  return [
    `**${findingCounts(unmutedFindings(review))}**`,
    `risk ${risk}`,
    `effort ${effort} of 5`,
    `tests: ${tests}`,
    codeSpan(revisions),
  ].join(' · ');
}

/** Line numbers as people write them: `12` or `12-14`. Pure. */
export function rangeText(range: readonly [number, number]): string {
  return range[0] === range[1] ? `${range[0]}` : `${range[0]}-${range[1]}`;
}

function countedSeverity(severity: FindingSeverity, count: number): string {
  return severity === 'nit' && count > 1 ? 'nits' : severity;
}

function shortRevision(revision: string): string {
  return /^[0-9a-f]{40,64}$/.test(revision) ? revision.slice(0, 10) : revision;
}
