import { CrewError } from '../../model/crew-error.ts';
import type { Tool } from '../../ports/tool.ts';
import { countArgument, optionalTextArgument, textsArgument } from '../arguments.ts';
import { latestTag } from './latest-tag.ts';
import { listCommits } from './list-commits.ts';
import { openRepository, type Repository } from './repository.ts';
import { requireCommit, resolveRange } from './resolve-range.ts';
import { GIT_LOG } from './specs.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 400;

/** What `git log` is to list, and the revision or tag that limits it. */
interface History {
  readonly history: string | null;
  readonly since: string | null;
}

/**
 * `git.log`: commits of a revision or range, newest first, if asked only those since a revision or the nearest tag.
 * Fails with REVISION_UNKNOWN, HISTORY_SHALLOW, TOOL_ARGUMENTS and as git.
 */
export const gitLog: Tool = {
  spec: GIT_LOG,
  async call(args, context) {
    const limit = Math.min(countArgument(args, 'limit') ?? DEFAULT_LIMIT, MAX_LIMIT);
    const paths = textsArgument(args, 'paths');
    const repository = await openRepository(context.workspace, context.signal);
    const range = optionalTextArgument(args, 'range') ?? 'HEAD';
    const { history, since } = await resolveHistory(repository, range, optionalTextArgument(args, 'since'));
    const commits =
      history === null ? [] : await listCommits({ repository, history, paths, limit: limit + 1 });
    return { commits: commits.slice(0, limit), truncated: commits.length > limit, since };
  },
};

async function resolveHistory(
  repository: Repository,
  range: string,
  since: string | undefined,
): Promise<History> {
  if (since !== undefined) return resolveSince(repository, range, since);
  if (!range.includes('..')) return { history: await requireCommit(repository, range), since: null };
  return { history: (await resolveRange(repository, range)).history, since: null };
}

async function resolveSince(repository: Repository, range: string, since: string): Promise<History> {
  if (range.includes('..')) {
    throw new CrewError('TOOL_ARGUMENTS', `expected one revision beside \`since\`, found \`${range}\``);
  }
  const head = await requireCommit(repository, range);
  if (since !== 'latest-tag') {
    return { history: `${await requireCommit(repository, since)}..${head}`, since };
  }
  const tag = await latestTag(repository, head);
  if (tag === undefined) return { history: head, since: null };
  // A branch may have the name of the tag.
  return { history: `${await requireCommit(repository, `refs/tags/${tag}`)}..${head}`, since: tag };
}
