import type { Finding, ReviewSummary } from '../../model/review.ts';
import { gitText } from '../git/run-git.ts';
import type { Change, ChangedFile } from './change.ts';
import type { DraftFinding } from './draft-finding.ts';
import { isExampleFile, isSourceFile, isTestFile, isTestSource } from './file-kind.ts';

const SENSITIVE =
  /(^|[/_.-])(auth\w*|oauth\w*|login|sessions?|crypto|passwords?|secrets?|permissions?|acl|rbac|tokens?|payments?|billing|migrations?|security|sandbox|policy)([/_.-]|$)|(^|\/)(\.github\/workflows|\.gitlab-ci|\.circleci|terraform|k8s|helm)|(^|\/)(dockerfile|package\.json|requirements\.txt|pyproject\.toml|jenkinsfile)/i;

/**
 * A summary from what can be counted: subjects and files say what, size and sensitive paths and findings say the risk,
 * size and spread the effort, changed test files the tests, the worst finding the verdict.
 * `commits` are those of the range. Pure.
 */
export function assess(
  change: Change,
  findings: readonly DraftFinding[],
  commits: RangeCommits,
): ReviewSummary {
  const files = [...change.files.values()];
  if (files.length === 0) return NO_CHANGES;
  const open = findings.filter(finding => finding.muted === undefined);
  return {
    what: whatChanged(files, commits),
    risk: riskOf(files, open),
    effort: effortOf(files),
    tests: testsOf(files),
    verdict: verdictFor(open),
  };
}

/** The summary of a range without changes. */
const NO_CHANGES: ReviewSummary = {
  what: 'No changes in this range.',
  risk: 'low',
  effort: 1,
  tests: 'n/a',
  verdict: 'approve',
};

/** The verdict that findings ask for: major or worse is a request, minor a comment; muted ones do not count. Pure. */
export function verdictFor(
  findings: readonly Pick<Finding, 'severity' | 'muted'>[],
): ReviewSummary['verdict'] {
  const open = findings.filter(finding => finding.muted === undefined).map(finding => finding.severity);
  if (open.includes('critical') || open.includes('major')) return 'request_changes';
  return open.includes('minor') ? 'comment' : 'approve';
}

/** The commits of a change without merges: how many there are, and the subject of the newest. */
export interface RangeCommits {
  readonly total: number;
  readonly newest?: string;
}

/** The commits of a change; none for the working tree. Fails with TOOL_FAILED. */
export async function readCommits(change: Change, signal: AbortSignal): Promise<RangeCommits> {
  const { base, head } = change.diff;
  if (head === null) return { total: 0 };
  const workspace = change.workspace;
  const isTree = (await gitText({ workspace, signal, args: ['cat-file', '-t', base] })).trim() === 'tree';
  const range = [...(isTree ? [head] : [`^${base}`, head]), '--'];
  const newest = ['log', '--no-color', '--no-merges', '--format=%s', '--max-count=1', ...range];
  const [subject, count] = await Promise.all([
    gitText({ workspace, signal, args: newest }),
    gitText({ workspace, signal, args: ['rev-list', '--count', '--no-merges', ...range] }),
  ]);
  const text = subject.trim();
  return { total: Number(count.trim()), ...(text === '' ? {} : { newest: text }) };
}

function whatChanged(files: readonly ChangedFile[], { total, newest }: RangeCommits): string {
  const { added, removed } = linesOfAll(files);
  const count = files.length === 1 ? `1 file (${files[0]?.path ?? ''})` : `${files.length} files`;
  const folders = files.length === 1 ? '' : ` in ${foldersOf(files)}`;
  const size = `${count}${folders}, ${added} lines added and ${removed} removed.`;
  if (newest === undefined) return `Changes ${size}`;
  const others = total - 1;
  const more = others <= 0 ? '' : ` and ${others} other ${others === 1 ? 'commit' : 'commits'}`;
  return `“${newest.slice(0, 200).replace(/[.\s]+$/, '')}”${more}: changes ${size}`;
}

function foldersOf(files: readonly ChangedFile[]): string {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const parts = path.split('/').slice(0, -1).slice(0, 2);
    const folder = parts.length === 0 ? 'the top folder' : parts.join('/');
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const names = [...counts].sort((one, two) => two[1] - one[1]).map(([folder]) => folder);
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} other folders` : shown;
}

function linesOfAll(files: readonly ChangedFile[]): { readonly added: number; readonly removed: number } {
  let added = 0;
  let removed = 0;
  for (const { diff } of files) {
    added += diff.added;
    removed += diff.removed;
  }
  return { added, removed };
}

function byHand(files: readonly ChangedFile[]): readonly ChangedFile[] {
  return files.filter(file => !file.generated && !file.diff.binary);
}

function riskOf(files: readonly ChangedFile[], findings: readonly DraftFinding[]): ReviewSummary['risk'] {
  const code = byHand(files).filter(file => !isTestFile(file.path) && !isExampleFile(file.path));
  const { added, removed } = linesOfAll(code);
  const size = added + removed;
  const severities = new Set(findings.map(finding => finding.severity));
  let points = [100, 500, 2000].filter(limit => size > limit).length;
  if (code.length > 20) points += 1;
  if (code.some(file => SENSITIVE.test(file.path))) points += 2;
  if (severities.has('major')) points += 2;
  if (severities.has('critical')) points += 4;
  if (points >= 4) return 'high';
  return points >= 2 ? 'medium' : 'low';
}

function effortOf(files: readonly ChangedFile[]): ReviewSummary['effort'] {
  const read = byHand(files);
  const { added, removed } = linesOfAll(read);
  // Removed lines are read faster than written ones.
  const lines = added + removed / 2;
  const steps = [20, 100, 400, 1200].filter(limit => lines > limit).length;
  const spread = read.length > 15 ? 1 : 0;
  const efforts = [1, 2, 3, 4, 5] as const;
  return efforts[Math.min(4, steps + spread)] ?? 5;
}

function testsOf(files: readonly ChangedFile[]): ReviewSummary['tests'] {
  if (files.some(file => isTestSource(file.path) && file.diff.status !== 'deleted')) return 'yes';
  return files.some(file => isSourceFile(file.path)) ? 'no' : 'n/a';
}
