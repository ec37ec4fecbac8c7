import type { JsonValue } from '../../model/json.ts';
import type { Finding, ReviewDropped } from '../../model/review.ts';
import { type Change, clampToAdded } from './change.ts';
import { isGoodSuggestion } from './check-suggestion.ts';
import { type DraftFinding, field, readDraftFinding, textOf } from './draft-finding.ts';
import { withIds } from './finding-id.ts';
import { mergeDuplicates } from './merge-duplicates.ts';
import { compareFindings } from './reviewer.ts';
import { loadSyntaxParser } from './syntax.ts';

/** The most findings that a review has. */
export const MAX_FINDINGS = 200;

/** Checked findings, worst first, what was left out, and lines for people. */
export interface Collated {
  readonly findings: readonly Finding[];
  readonly dropped: ReviewDropped;
  readonly notices: readonly string[];
}

/** Findings that lie in the change, with only good suggestions, and how much was dropped. */
export interface CheckedDrafts {
  readonly drafts: readonly DraftFinding[];
  readonly outsideDiff: number;
  readonly badSuggestions: number;
}

/**
 * Makes one list of what several reviewers found: places cut down to added lines (else dropped), suggestions that do
 * not apply or do not parse dropped, duplicates folded, worst first, at most 200. `input` is a finding, a list of such
 * or a whole report with `findings` and `notices`, nested in any way; what is no finding is counted in a notice.
 */
export async function collate(change: Change, input: JsonValue): Promise<Collated> {
  const gathered = gather(input);
  const checked = await checkDrafts(change, gathered.drafts);
  const merged = mergeDuplicates(checked.drafts);
  const sorted = [...merged.findings].sort(compareFindings);
  const findings = withIds(sorted.slice(0, MAX_FINDINGS), change);
  const dropped = {
    outsideDiff: checked.outsideDiff,
    duplicates: merged.duplicates,
    badSuggestions: checked.badSuggestions,
    overLimit: sorted.length - findings.length,
  };
  return {
    findings,
    dropped,
    notices: [...new Set([...gathered.notices, ...unreadable(gathered.unreadable)])],
  };
}

/** Cuts drafts down to added lines and takes bad suggestions away; see `collate`. */
export async function checkDrafts(change: Change, drafts: readonly DraftFinding[]): Promise<CheckedDrafts> {
  const parser = drafts.some(draft => draft.suggestion !== undefined) ? await loadSyntaxParser() : undefined;
  const kept: DraftFinding[] = [];
  let badSuggestions = 0;
  for (const draft of drafts) {
    const file = change.files.get(draft.path);
    const range = file === undefined ? undefined : clampToAdded(file.added, draft.range);
    if (file === undefined || range === undefined) continue;
    const { suggestion, ...rest } = draft;
    if (suggestion === undefined) kept.push({ ...rest, range });
    else if (isGoodSuggestion(suggestion, file, parser)) kept.push({ ...rest, range, suggestion });
    else {
      badSuggestions += 1;
      kept.push({ ...rest, range });
    }
  }
  return { drafts: kept, outsideDiff: drafts.length - kept.length, badSuggestions };
}

interface Gathered {
  readonly drafts: readonly DraftFinding[];
  readonly notices: readonly string[];
  readonly unreadable: number;
}

/** Finds the findings in whatever nesting of lists and reports. Pure. */
export function gather(input: JsonValue): Gathered {
  const drafts: DraftFinding[] = [];
  const notices: string[] = [];
  let unreadableCount = 0;
  const visit = (value: JsonValue): void => {
    if (value === null) return;
    if (Array.isArray(value)) {
      for (const item of value as readonly JsonValue[]) visit(item);
      return;
    }
    const inner = field(value, 'findings');
    if (Array.isArray(inner)) {
      for (const notice of listOf(field(value, 'notices'))) notices.push(notice);
      visit(inner);
      return;
    }
    const draft = readDraftFinding(value);
    if (draft === undefined) unreadableCount += 1;
    else drafts.push(draft);
  };
  visit(input);
  return { drafts, notices, unreadable: unreadableCount };
}

/** The texts of a foreign list. Pure. */
export function listOf(value: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).map(textOf).filter(text => text !== undefined);
}

function unreadable(count: number): readonly string[] {
  if (count === 0) return [];
  return [`${count} of the findings named no path, no lines or said nothing, and were left out`];
}
