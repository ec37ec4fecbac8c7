import { SEVERITIES } from '../../model/review.ts';
import { type Change, clampToAdded } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import { compareTexts } from './merge-duplicates.ts';

/** What one reviewer says about a change. `files` is how many files it looked at. */
export interface ReviewerReport {
  readonly name: string;
  readonly files: number;
  readonly findings: readonly DraftFinding[];
  readonly notices: readonly string[];
}

/** Code longer than this is reported where it begins, so that an old construct with one new line inside stays quiet. */
const MAX_ANCHOR_LINES = 5;

/**
 * The lines of a construct that count as its place, cut down to added lines; undefined when the change did not write
 * them. Constructs of more than 5 lines stand where they begin. Pure.
 */
export function anchorInAdded(
  added: ReadonlySet<number>,
  range: readonly [number, number],
): readonly [number, number] | undefined {
  const long = range[1] - range[0] >= MAX_ANCHOR_LINES;
  return clampToAdded(added, long ? [range[0], range[0]] : range);
}

/** Orders findings by severity, then path, then line, then title; the same on every machine. Pure. */
export function compareFindings(one: DraftFinding, two: DraftFinding): number {
  return (
    SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(two.severity) ||
    compareTexts(one.path, two.path) ||
    one.range[0] - two.range[0] ||
    compareTexts(one.title, two.title)
  );
}

/** Findings that lie in files of the change; a linter with its own configuration may speak of others. Pure. */
export function inChange(change: Change, findings: readonly DraftFinding[]): readonly DraftFinding[] {
  return findings.filter(finding => change.files.has(finding.path));
}
