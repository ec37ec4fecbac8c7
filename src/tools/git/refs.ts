import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { type GitCall, gitFailure, gitText, runGit } from './run-git.ts';

/** What a branch or a tag stands on: its own object, and the commit behind it, where one is. */
export interface RefTarget {
  readonly object: string;
  readonly commit?: string;
}

/** How a repository stands: its top folder, the commit that is checked out, and where its branches and tags stand. */
export interface RepositoryState {
  /** The top folder of the working tree. */
  readonly top: string;
  /** The path of the workspace below it, with a slash at its end; empty at the top. */
  readonly prefix: string;
  /** The clone has only a part of the history. */
  readonly shallow: boolean;
  /** The commit that is checked out; absent before the first one. */
  readonly head?: string;
  /** By the whole name, such as `refs/tags/v1`. */
  readonly refs: ReadonlyMap<string, RefTarget>;
}

/**
 * Reads how the repository of a workspace stands. Fails with NOT_A_REPOSITORY, TOOL_MISSING, OUTSIDE_WORKSPACE when the
 * repository takes another folder for its working tree, and TOOL_FAILED, as in a bare repository.
 */
export async function repositoryState(workspace: string, signal: AbortSignal): Promise<RepositoryState> {
  const [place, refs] = await Promise.all([readPlace(workspace, signal), readRefs(workspace, signal)]);
  return { ...place, refs };
}

async function readPlace(workspace: string, signal: AbortSignal): Promise<Omit<RepositoryState, 'refs'>> {
  const asked = ['--is-shallow-repository', '--show-toplevel', '--show-prefix', 'HEAD^{commit}'];
  const call: GitCall = { workspace, signal, args: ['rev-parse', ...asked] };
  const { stdout, stderr, exitCode } = await runGit(call);
  // Before the first commit `HEAD` is the name of nothing, which comes last.
  const isEmpty = /ambiguous argument|unknown revision|bad revision/i.test(stderr);
  if (exitCode !== 0 && !isEmpty) throw gitFailure(call, { stdout, stderr, exitCode, cut: false });
  const [shallow = '', top = '', prefix = '', head = ''] = stdout.toString('utf8').split('\n');
  const [seen, own] = await Promise.all([realpath(resolve(top, prefix)), realpath(workspace)]);
  if (seen !== own) {
    const message = `the working tree of the repository at \`${workspace}\` is \`${top}\``;
    throw new CrewError('OUTSIDE_WORKSPACE', message);
  }
  const isCommit = exitCode === 0 && /^[0-9a-f]{40,64}$/.test(head);
  return { top, prefix, shallow: shallow === 'true', ...(isCommit ? { head } : {}) };
}

const REF_FIELDS = ['%(objecttype)', '%(objectname)', '%(*objecttype)', '%(*objectname)', '%(refname)'];
const REF_LINE = /^(\w+) ([0-9a-f]+) (\w*) ([0-9a-f]*) (.+)$/gm;

async function readRefs(workspace: string, signal: AbortSignal): Promise<ReadonlyMap<string, RefTarget>> {
  const places = ['refs/heads', 'refs/remotes', 'refs/tags'];
  const args = ['for-each-ref', `--format=${REF_FIELDS.join(' ')}`, ...places];
  const refs = new Map<string, RefTarget>();
  const text = await gitText({ workspace, signal, args });
  for (const [, type, object = '', behind, commit = '', name = ''] of text.matchAll(REF_LINE)) {
    if (type === 'commit') refs.set(name, { object, commit: object });
    else refs.set(name, behind === 'commit' ? { object, commit } : { object });
  }
  return refs;
}

/** Whether a commit is another one or comes before it. False for what is no commit here. Fails with TOOL_MISSING. */
export async function isAncestor(
  { workspace, signal }: { readonly workspace: string; readonly signal: AbortSignal },
  { ancestor, of }: { readonly ancestor: string; readonly of: string },
): Promise<boolean> {
  if (ancestor === of) return true;
  const args = ['merge-base', '--is-ancestor', ancestor, of];
  return (await runGit({ workspace, signal, args })).exitCode === 0;
}

/** The whole id of a commit by its beginning; undefined where none, or more than one, begins so. Fails with TOOL_MISSING. */
export async function commitOf(
  { workspace, signal }: { readonly workspace: string; readonly signal: AbortSignal },
  prefix: string,
): Promise<string | undefined> {
  if (!/^[0-9a-f]{4,64}$/.test(prefix)) return undefined;
  const args = ['rev-parse', '--verify', '--quiet', `${prefix}^{commit}`];
  const { stdout, exitCode } = await runGit({ workspace, signal, args });
  const id = stdout.toString('utf8').trim();
  // A branch may be named like that.
  return exitCode === 0 && id.startsWith(prefix) ? id : undefined;
}

/** The parents of a commit, first parent first; none behind the end of a shallow clone. Fails with TOOL_MISSING, TOOL_FAILED. */
export async function parentsOf(
  { workspace, signal }: { readonly workspace: string; readonly signal: AbortSignal },
  commit: string,
): Promise<readonly string[]> {
  const text = await gitText({ workspace, signal, args: ['rev-parse', `${commit}^@`] });
  return text.split('\n').filter(Boolean);
}

/**
 * Puts a tag on a commit; one that is there is moved, if it still stands on the object `from`. No hook runs, and nothing is
 * pushed. Fails with USAGE for a name that git does not take, TOOL_MISSING, and TOOL_FAILED when somebody else has moved it.
 */
export async function moveTag(
  { workspace, signal }: { readonly workspace: string; readonly signal: AbortSignal },
  { tag, to, from }: { readonly tag: string; readonly to: string; readonly from: string | undefined },
): Promise<void> {
  const name = `refs/tags/${tag}`;
  const sound = await runGit({ workspace, signal, args: ['check-ref-format', name] });
  if (sound.exitCode !== 0) throw new CrewError('USAGE', `git takes no tag \`${tag}\``);
  const expected = from ?? '0'.repeat(to.length);
  const call: GitCall = { workspace, signal, args: ['update-ref', name, to, expected] };
  const result = await runGit(call);
  if (result.exitCode === 0) return;
  const args = ['rev-parse', '--verify', '--quiet', name];
  const there = (await runGit({ workspace, signal, args })).stdout.toString('utf8').trim();
  // Another process was faster: where it wants the same, all is done.
  if (there === to) return;
  if (there === (from ?? '')) throw gitFailure(call, result);
  const found = there === '' ? 'is gone' : `stands on ${there.slice(0, 8)}`;
  throw new CrewError(
    'TOOL_FAILED',
    `the tag \`${tag}\` was moved by another process meanwhile: it ${found}`,
  );
}
