import { CrewError } from '../../model/crew-error.ts';
import { commitParents, emptyTree, findCommit, type Repository } from './repository.ts';
import { runGit } from './run-git.ts';

/** Both ends of a range as ids. */
export interface ResolvedRange {
  /** Id of a commit, or of the empty tree when the change begins with the first commit of the history. */
  readonly base: string;
  /** Id of a commit; null is the working tree. */
  readonly head: string | null;
  /** What `git log` lists for this range; null when there is no commit on that side yet. */
  readonly history: string | null;
  /** Lines for people about how the range was understood. */
  readonly notices: readonly string[];
}

/**
 * Resolves `A..B`, `A...B` (from the merge base of both) or `A` (working tree against `A`); an empty side is HEAD.
 * When `A` is the parent that a first commit does not have, the change is against the empty tree, and says so in
 * `notices`; the id of the empty tree is understood too.
 * Fails with REVISION_UNKNOWN, HISTORY_SHALLOW.
 */
export async function resolveRange(repository: Repository, range: string): Promise<ResolvedRange> {
  const parts = /^(.*?)(\.{2,3})(.*)$/s.exec(range);
  if (parts === null) return resolveSides(repository, range, null);
  const left = parts[1] || 'HEAD';
  const right = parts[3] || 'HEAD';
  if (parts[2] === '..') return resolveSides(repository, left, right);
  const head = await requireCommit(repository, right);
  const base = await mergeBase(repository, await requireCommit(repository, left), head, range);
  return { base, head, history: `${base}..${head}`, notices: [] };
}

/** The commit that a revision names. Fails with REVISION_UNKNOWN, or HISTORY_SHALLOW when the clone lacks it. */
export async function requireCommit(repository: Repository, revision: string): Promise<string> {
  const commit = await findCommit(repository, revision);
  if (commit !== undefined) return commit;
  throw await unknownRevision(repository, revision);
}

async function resolveSides(
  repository: Repository,
  left: string,
  right: string | null,
): Promise<ResolvedRange> {
  const head = right === null ? null : await requireCommit(repository, right);
  const tip = head ?? (await findCommit(repository, 'HEAD')) ?? null;
  const base = await findCommit(repository, left);
  if (base !== undefined)
    return { base, head, history: tip === null ? null : `${base}..${tip}`, notices: [] };
  // A resolved range that began with the first commit is resolved again by the tools that read it.
  if (left === (await emptyTree(repository))) return { base: left, head, history: tip, notices: [] };
  const child = await childOfNothing(repository, left);
  if (child === undefined) throw await unknownRevision(repository, left);
  return {
    base: await emptyTree(repository),
    head,
    history: tip,
    notices: [
      `\`${left}\` is before the first commit ${child.slice(0, 12)}: the change is shown against an empty tree`,
    ],
  };
}

/** When a revision asks for the first parent of a commit that has none, that commit. */
async function childOfNothing(repository: Repository, revision: string): Promise<string | undefined> {
  const parts = /^(.+?)(?:\^1?|~(\d*))$/s.exec(revision);
  const generations = Number(parts?.[2] || 1);
  const child = generations > 1 ? `${parts?.[1]}~${generations - 1}` : parts?.[1];
  if (child === undefined) return undefined;
  const commit = await findCommit(repository, child);
  if (commit === undefined) return undefined;
  return (await commitParents(repository, commit)).length === 0 ? commit : undefined;
}

async function mergeBase(repository: Repository, left: string, right: string, range: string) {
  const { workspace, signal, shallow } = repository;
  const result = await runGit({ workspace, signal, args: ['merge-base', left, right] });
  const base = result.stdout.toString('utf8').trim();
  if (result.exitCode === 0 && base !== '') return base;
  if (shallow) {
    throw new CrewError('HISTORY_SHALLOW', `the merge base of \`${range}\` is not in this shallow clone`);
  }
  throw new CrewError('REVISION_UNKNOWN', `the two sides of \`${range}\` have no common ancestor`);
}

async function unknownRevision(repository: Repository, revision: string): Promise<CrewError> {
  if ((await findCommit(repository, 'HEAD')) === undefined) {
    return new CrewError(
      'REVISION_UNKNOWN',
      `\`${revision}\` names no commit: the repository has no commit yet, make a first one`,
    );
  }
  const ancestor = /^(.+?)(?:[~^]\d*)+$/s.exec(revision)?.[1];
  const start = ancestor === undefined ? undefined : await findCommit(repository, ancestor);
  const isId = /^[0-9a-f]{7,64}$/i.test(ancestor ?? revision);
  if (repository.shallow && (start !== undefined || isId)) {
    return new CrewError(
      'HISTORY_SHALLOW',
      `\`${revision}\` is not in this shallow clone, which has only a part of the history`,
    );
  }
  if (start !== undefined) {
    return new CrewError(
      'REVISION_UNKNOWN',
      `\`${revision}\` goes back further than the history of \`${ancestor}\``,
    );
  }
  return new CrewError(
    'REVISION_UNKNOWN',
    `expected a revision that names a commit, found \`${revision.slice(0, 200)}\``,
  );
}
