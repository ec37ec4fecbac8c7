import type { JsonValue } from '../../model/json.ts';
import {
  type Finding,
  type FindingSeverity,
  type Review,
  type ReviewDropped,
  type ReviewSummary,
  SEVERITIES,
} from '../../model/review.ts';
import { verdictFor } from './assess.ts';
import type { Change } from './change.ts';
import { checkDrafts, gather, listOf, MAX_FINDINGS } from './collate.ts';
import { field, memberOf, readDraftFinding, textOf } from './draft-finding.ts';
import { withIds } from './finding-id.ts';
import { applyDecisions } from './judgement.ts';
import { fold, isAgentSource, saysTheSame } from './merge-duplicates.ts';
import { compareFindings } from './reviewer.ts';

const RISKS = ['low', 'medium', 'high'] as const;
const EFFORTS = [1, 2, 3, 4, 5] as const;
const TESTS = ['yes', 'no', 'n/a'] as const;
const VERDICTS = ['approve', 'comment', 'request_changes'] as const;

/** What `finish` puts together. `baseline` stands in for what the judge leaves out. */
export interface FinishRequest {
  readonly change: Change;
  readonly collated: JsonValue;
  readonly judged?: JsonValue;
  readonly baseline: (findings: readonly Finding[]) => ReviewSummary;
}

/**
 * Makes the review: applies the judge's decisions to the collated findings, checks and adds the judge's own findings,
 * and keeps the verdict honest: `approve` beside an open critical or major finding becomes `request_changes`, said in
 * a notice. Without a judge the summary is the baseline. Deterministic.
 */
export async function finish(request: FinishRequest): Promise<Review> {
  const { change, collated } = request;
  const judged = request.judged ?? null;
  const notices = [...change.notices, ...listOf(field(collated, 'notices'))];
  const decided = applyDecisions(readFindings(collated), field(judged, 'decisions') ?? null);
  const added = await addJudgeFindings(change, decided.findings, field(judged, 'findings') ?? null);
  const sorted = [...added.findings].sort(compareFindings);
  const findings = sorted.slice(0, MAX_FINDINGS);
  const before = readDropped(field(collated, 'dropped'));
  const summary = readSummary(field(judged, 'summary') ?? null, request.baseline(findings));
  const verdict = honestVerdict(summary.summary, findings);
  return {
    range: { base: change.diff.base, head: change.diff.head ?? 'working tree' },
    summary: { ...summary.summary, verdict: verdict.verdict },
    findings,
    dropped: {
      outsideDiff: before.outsideDiff + added.outsideDiff,
      duplicates: before.duplicates + decided.merged + added.duplicates,
      badSuggestions: before.badSuggestions + added.badSuggestions,
      overLimit: before.overLimit + sorted.length - findings.length,
    },
    notices: [
      ...new Set([
        ...notices,
        ...decided.notices,
        ...added.notices,
        ...(judged === null ? [] : summary.notices),
        ...verdict.notices,
      ]),
    ],
  };
}

function readFindings(collated: JsonValue): readonly Finding[] {
  const findings = field(collated, 'findings');
  if (!Array.isArray(findings)) return [];
  return (findings as readonly JsonValue[]).flatMap(value => {
    const id = textOf(field(value, 'id'));
    const draft = readDraftFinding(value);
    return id === undefined || draft === undefined ? [] : [{ id, ...draft }];
  });
}

interface AddedFindings {
  readonly findings: readonly Finding[];
  readonly outsideDiff: number;
  readonly duplicates: number;
  readonly badSuggestions: number;
  readonly notices: readonly string[];
}

async function addJudgeFindings(
  change: Change,
  known: readonly Finding[],
  input: JsonValue,
): Promise<AddedFindings> {
  const gathered = gather(input);
  // Only tools speak in the name of tools.
  const drafts = gathered.drafts.map(draft => ({ ...draft, source: agentSources(draft.source) }));
  const checked = await checkDrafts(change, drafts);
  const findings: Finding[] = [...known];
  let duplicates = 0;
  for (const draft of checked.drafts) {
    const index = findings.findIndex(other => other.path === draft.path && saysTheSame(other, draft));
    const twin = findings[index];
    if (twin === undefined) {
      const identified = withIds([...findings, draft], change).at(-1);
      if (identified !== undefined) findings.push(identified);
      continue;
    }
    duplicates += 1;
    findings[index] = { ...fold(twin, draft), id: twin.id };
  }
  const notices =
    gathered.unreadable === 0
      ? []
      : [
          `${gathered.unreadable} of the judge's findings named no path, no lines or said nothing, and were left out`,
        ];
  const { outsideDiff, badSuggestions } = checked;
  return { findings, outsideDiff, duplicates, badSuggestions, notices };
}

function agentSources(sources: readonly string[]): readonly string[] {
  const agents = sources.filter(isAgentSource);
  return agents.length === 0 ? ['agent'] : agents;
}

function readSummary(
  value: JsonValue,
  baseline: ReviewSummary,
): { readonly summary: ReviewSummary; readonly notices: readonly string[] } {
  const what = textOf(field(value, 'what'));
  const risk = memberOf(RISKS, field(value, 'risk'));
  const effort = EFFORTS.find(step => step === field(value, 'effort'));
  const tests = memberOf(TESTS, field(value, 'tests'));
  const verdict = memberOf(VERDICTS, field(value, 'verdict'));
  const missing = Object.entries({ what, risk, effort, tests, verdict })
    .filter(([, given]) => given === undefined)
    .map(([name]) => `\`${name}\``);
  const summary = {
    what: what ?? baseline.what,
    risk: risk ?? baseline.risk,
    effort: effort ?? baseline.effort,
    tests: tests ?? baseline.tests,
    verdict: verdict ?? baseline.verdict,
  };
  const notices = missing.length === 0 ? [] : [`the judge gave no ${missing.join(', ')}: counted instead`];
  return { summary, notices };
}

function honestVerdict(
  summary: ReviewSummary,
  findings: readonly Finding[],
): { readonly verdict: ReviewSummary['verdict']; readonly notices: readonly string[] } {
  const asked = verdictFor(findings);
  if (summary.verdict !== 'approve' || asked !== 'request_changes')
    return { verdict: summary.verdict, notices: [] };
  const worst = findings
    .filter(finding => finding.muted === undefined)
    .reduce<FindingSeverity>((sofar, { severity }) => (isWorse(severity, sofar) ? severity : sofar), 'nit');
  const notice = `the verdict \`approve\` was changed to \`request_changes\`: a ${worst} finding is open`;
  return { verdict: 'request_changes', notices: [notice] };
}

function isWorse(one: FindingSeverity, two: FindingSeverity): boolean {
  return SEVERITIES.indexOf(one) < SEVERITIES.indexOf(two);
}

function readDropped(value: JsonValue | undefined): ReviewDropped {
  const count = (name: string): number => {
    const number = field(value, name);
    return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : 0;
  };
  return {
    outsideDiff: count('outsideDiff'),
    duplicates: count('duplicates'),
    badSuggestions: count('badSuggestions'),
    overLimit: count('overLimit'),
  };
}
