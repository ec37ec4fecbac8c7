/** How much a finding matters, worst first. */
export const SEVERITIES = ['critical', 'major', 'minor', 'nit'] as const;
export type FindingSeverity = (typeof SEVERITIES)[number];

/** What a finding is about. */
export const CATEGORIES = ['bug', 'security', 'performance', 'tests', 'design', 'docs', 'style'] as const;
export type FindingCategory = (typeof CATEGORIES)[number];

/** A replacement of whole lines `range` (1-based, inclusive) of the file at the head revision by `text`. */
export interface Suggestion {
  readonly range: readonly [number, number];
  readonly text: string;
}

/**
 * One defect in the added lines of a change. `range` counts lines of the new file from 1, both ends included.
 * `id` is a hash of path, rule and normalised line, so it survives the next push. `source` says who found it:
 * `oxlint:no-eval`, `ast-grep:shell-from-input`, `secretlint:…`, `agent:security_reviewer`.
 * `muted` is the reason why a role took a tool's finding out of the review; it stays in the SARIF as suppressed.
 */
export interface Finding {
  readonly id: string;
  readonly path: string;
  readonly range: readonly [number, number];
  readonly severity: FindingSeverity;
  readonly category: FindingCategory;
  readonly title: string;
  readonly why: string;
  readonly evidence: readonly string[];
  readonly suggestion?: Suggestion;
  readonly confidence: number;
  readonly source: readonly string[];
  readonly muted?: string;
}

/** The reader's half page about a change. `effort` is what a careful reviewer needs, from 1 to 5. */
export interface ReviewSummary {
  readonly what: string;
  readonly risk: 'low' | 'medium' | 'high';
  readonly effort: 1 | 2 | 3 | 4 | 5;
  readonly tests: 'yes' | 'no' | 'n/a';
  readonly verdict: 'approve' | 'comment' | 'request_changes';
}

/** What was left out of a review and why, so that nothing is dropped in silence. */
export interface ReviewDropped {
  readonly outsideDiff: number;
  readonly duplicates: number;
  readonly badSuggestions: number;
  readonly overLimit: number;
}

/**
 * The artifact of the code-review crew.
 * @see ../../schemas/review.schema.json
 */
export interface Review {
  readonly range: { readonly base: string; readonly head: string };
  readonly summary: ReviewSummary;
  readonly findings: readonly Finding[];
  readonly dropped: ReviewDropped;
  /** Lines for people: a static tool that is missing, files that were too big to look at. */
  readonly notices: readonly string[];
}
