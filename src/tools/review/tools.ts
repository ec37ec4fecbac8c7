import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { FindingCategory } from '../../model/review.ts';
import type { Tool, ToolContext } from '../../ports/tool.ts';
import { textArgument, textsArgument } from '../arguments.ts';
import { assess, readCommits } from './assess.ts';
import { collate, gather } from './collate.ts';
import { finish } from './finish.ts';
import { reviewReport } from './review-report.ts';
import { createReviewWork, type ReviewerName, type ReviewWork } from './review-work.ts';
import type { ReviewerReport } from './reviewer.ts';
import { REVIEW_SPECS } from './specs.ts';

type Run = (work: ReviewWork, args: JsonObject, context: ToolContext) => Promise<object>;

/** What each tool of this kind reports: whose findings, and of which categories (all when absent). */
interface Selection {
  readonly reviewers: readonly ReviewerName[];
  readonly categories?: readonly FindingCategory[];
}

const SELECTIONS: ReadonlyMap<string, Selection> = new Map([
  ['review.static', { reviewers: ['linter', 'rules', 'secrets', 'text'] }],
  ['review.security', { reviewers: ['rules', 'secrets'], categories: ['security'] }],
  ['review.correctness', { reviewers: ['linter', 'rules', 'text'], categories: ['bug', 'performance'] }],
  ['review.tests', { reviewers: ['rules', 'tests'], categories: ['tests'] }],
  ['review.design', { reviewers: ['design'] }],
]);

const RUNS: ReadonlyMap<string, Run> = new Map([
  ...[...SELECTIONS].map(([name, selection]): [string, Run] => [name, selectedReview(selection)]),
  ['review.collate', runCollate],
  ['review.assess', runAssess],
  ['review.finish', runFinish],
]);

/**
 * The tools of `builtin:review`, which share their work: calls about the same change at the same time read it once and
 * run each reviewer once. They fail as `readDiff` does; a reviewer that is missing or fails is a notice in the result.
 */
export function createReviewTools(): readonly Tool[] {
  const work = createReviewWork();
  return REVIEW_SPECS.map(spec => {
    const run = RUNS.get(spec.name);
    if (run === undefined) throw new Error(`the review tool ${spec.name} has a spec and no row`);
    return { spec, call: async (args, context) => (await run(work, args, context)) as JsonObject };
  });
}

function selectedReview(selection: Selection): Run {
  return async (work, args, context) => {
    const request = await work.open(textArgument(args, 'range'), context);
    const reports = await Promise.all(selection.reviewers.map(name => request.review(name)));
    const change = await request.change();
    return reviewReport(
      change,
      reports.map(report => onlyCategories(report, selection.categories)),
    );
  };
}

function onlyCategories(
  report: ReviewerReport,
  categories: readonly FindingCategory[] | undefined,
): ReviewerReport {
  if (categories === undefined) return report;
  return { ...report, findings: report.findings.filter(({ category }) => categories.includes(category)) };
}

async function runCollate(work: ReviewWork, args: JsonObject, context: ToolContext): Promise<object> {
  const change = await (await work.open(textArgument(args, 'range'), context)).change();
  const collated = await collate(change, requiredArgument(args, 'findings'));
  return { ...collated, notices: [...new Set([...textsArgument(args, 'notices'), ...collated.notices])] };
}

async function runAssess(work: ReviewWork, args: JsonObject, context: ToolContext): Promise<object> {
  const change = await (await work.open(textArgument(args, 'range'), context)).change();
  const findings = gather(args.findings ?? null).drafts;
  const summary = assess(change, findings, await readCommits(change, context.signal));
  return { summary, decisions: [], findings: [] };
}

async function runFinish(work: ReviewWork, args: JsonObject, context: ToolContext): Promise<object> {
  const change = await (await work.open(textArgument(args, 'range'), context)).change();
  const commits = await readCommits(change, context.signal);
  return finish({
    change,
    collated: requiredArgument(args, 'collated'),
    judged: args.judged ?? null,
    baseline: findings => assess(change, findings, commits),
  });
}

function requiredArgument(args: JsonObject, name: string): JsonValue {
  const value = Object.hasOwn(args, name) ? args[name] : undefined;
  if (typeof value === 'object' && value !== null) return value;
  throw new CrewError(
    'TOOL_ARGUMENTS',
    `expected \`${name}\` to be a list or an object, found \`${String(value)}\``,
  );
}
