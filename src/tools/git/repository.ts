import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CrewError } from '../../model/crew-error.ts';
import { gitFailure, gitText, runGit } from './run-git.ts';

/** Where a workspace stands in its repository. */
export interface Repository {
  readonly workspace: string;
  readonly signal: AbortSignal;
  /** Path of the workspace below the top of the repository, with a slash at its end; empty at the top. */
  readonly prefix: string;
  /** The clone has only a part of the history. */
  readonly shallow: boolean;
}

/** Finds the repository that contains a workspace. Fails with NOT_A_REPOSITORY, TOOL_MISSING, TOOL_FAILED. */
export async function openRepository(workspace: string, signal: AbortSignal): Promise<Repository> {
  // The prefix comes last because it may contain line feeds.
  const args = ['rev-parse', '--is-shallow-repository', '--show-prefix'];
  const text = await gitText({ workspace, args, signal });
  const split = text.indexOf('\n');
  const prefix = text.slice(split + 1).replace(/\n$/, '');
  return { workspace, signal, prefix, shallow: text.slice(0, split) === 'true' };
}

/**
 * Makes sure that the working tree which git would read is the one around the workspace, because a repository can be
 * set up to take any other folder for it. Fails with OUTSIDE_WORKSPACE, and with TOOL_FAILED in a bare repository.
 */
export async function requireWorkTree(repository: Repository): Promise<void> {
  const { workspace, signal, prefix } = repository;
  const text = await gitText({ workspace, signal, args: ['rev-parse', '--show-toplevel'] });
  const top = text.replace(/\r?\n$/, '');
  const [seen, own] = await Promise.all([realpath(resolve(top, prefix)), realpath(workspace)]);
  if (seen === own) return;
  throw new CrewError(
    'OUTSIDE_WORKSPACE',
    `the working tree of the repository at \`${workspace}\` is \`${top}\``,
  );
}

/** The full id of the commit that a revision names, or undefined when it names none. A leading `-` names none. */
export async function findCommit(repository: Repository, revision: string): Promise<string | undefined> {
  if (!isPlainRevision(revision)) return undefined;
  const call = {
    workspace: repository.workspace,
    signal: repository.signal,
    args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
  };
  const result = await runGit(call);
  const id = result.stdout.toString('utf8').trim();
  if (result.exitCode === 0 && /^[0-9a-f]{40,64}$/.test(id)) return id;
  // With --quiet a name that means nothing is exit code 1; a broken repository says so on the standard error.
  if (/not a git repository|dubious ownership/i.test(result.stderr)) throw gitFailure(call, result);
  return undefined;
}

/** Ids of the parents as the commit names them, also those that a shallow clone does not have. */
export async function commitParents(repository: Repository, commit: string): Promise<readonly string[]> {
  const { workspace, signal } = repository;
  const text = await gitText({ workspace, signal, args: ['cat-file', 'commit', commit] });
  const header = text.slice(0, text.indexOf('\n\n'));
  return [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(match => match[1] ?? '');
}

/** The id of the tree without files, in the hash of this repository. */
export async function emptyTree(repository: Repository): Promise<string> {
  const { workspace, signal } = repository;
  const args = ['hash-object', '-t', 'tree', '--stdin'];
  return (await gitText({ workspace, signal, args, input: '' })).trim();
}

function isPlainRevision(revision: string): boolean {
  const hasControl = [...revision].some(char => (char.codePointAt(0) ?? 0) < 0x20);
  return revision !== '' && revision.length <= 1000 && !revision.startsWith('-') && !hasControl;
}
