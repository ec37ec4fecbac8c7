import { CrewError } from '../../model/crew-error.ts';
import type { Repository } from './repository.ts';
import { type GitCall, gitFailure, runGit } from './run-git.ts';

/**
 * The name of the nearest tag in the history of a commit, its own included; undefined when there is none.
 * Fails with HISTORY_SHALLOW when the clone may lack it, and with TOOL_FAILED as git.
 */
export async function latestTag(repository: Repository, commit: string): Promise<string | undefined> {
  const { workspace, signal, shallow } = repository;
  const call: GitCall = { workspace, signal, args: ['describe', '--tags', '--abbrev=0', commit] };
  const result = await runGit(call);
  if (result.exitCode === 0) return result.stdout.toString('utf8').replace(/\n$/, '');
  if (!/no names found|no tags can describe|cannot describe/i.test(result.stderr)) {
    throw gitFailure(call, result);
  }
  if (!shallow) return undefined;
  throw new CrewError('HISTORY_SHALLOW', 'no tag is in the part of the history that this shallow clone has');
}
