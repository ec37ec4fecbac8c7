import type { Tool } from '../../ports/tool.ts';
import { countArgument, optionalTextArgument, textsArgument } from '../arguments.ts';
import { listCommits } from './list-commits.ts';
import { openRepository, type Repository } from './repository.ts';
import { requireCommit, resolveRange } from './resolve-range.ts';
import { GIT_LOG } from './specs.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 200;

/** `git.log`: commits of a revision or range, newest first. Fails with REVISION_UNKNOWN, HISTORY_SHALLOW and as git. */
export const gitLog: Tool = {
  spec: GIT_LOG,
  async call(args, context) {
    const limit = Math.min(countArgument(args, 'limit') ?? DEFAULT_LIMIT, MAX_LIMIT);
    const paths = textsArgument(args, 'paths');
    const repository = await openRepository(context.workspace, context.signal);
    const history = await resolveHistory(repository, optionalTextArgument(args, 'range') ?? 'HEAD');
    const commits =
      history === null ? [] : await listCommits({ repository, history, paths, limit: limit + 1 });
    return { commits: commits.slice(0, limit), truncated: commits.length > limit };
  },
};

async function resolveHistory(repository: Repository, range: string): Promise<string | null> {
  if (!range.includes('..')) return requireCommit(repository, range);
  return (await resolveRange(repository, range)).history;
}
