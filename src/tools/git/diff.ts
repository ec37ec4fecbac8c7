import type { Tool } from '../../ports/tool.ts';
import { countArgument, textArgument, textsArgument } from '../arguments.ts';
import { changeArtifact, DEFAULT_MAX_PATCH_BYTES } from './change-artifact.ts';
import { listCommits } from './list-commits.ts';
import { openRepository, type Repository } from './repository.ts';
import { repositoryPaths } from './repository-paths.ts';
import { resolveRange } from './resolve-range.ts';
import { gitText } from './run-git.ts';
import { GIT_DIFF } from './specs.ts';

const MAX_COMMITS = 50;
const MAX_NAMED = 5;
const MAX_LISTING_BYTES = 4 * 1024 * 1024;

/** `git.diff`: what changed between two revisions, or between one and the working tree. @see readDiff for its errors */
export const gitDiff: Tool = {
  spec: GIT_DIFF,
  async call(args, context) {
    const paths = textsArgument(args, 'paths');
    const repository = await openRepository(context.workspace, context.signal);
    const range = await resolveRange(repository, textArgument(args, 'range'));
    const { history } = range;
    const [change, commits, untracked] = await Promise.all([
      changeArtifact({
        repository,
        range,
        paths,
        maxPatchBytes: countArgument(args, 'max_patch_bytes') ?? DEFAULT_MAX_PATCH_BYTES,
        notices: [...range.notices, ...outsideNotice(repository.prefix)],
      }),
      history === null ? [] : listCommits({ repository, history, paths, limit: MAX_COMMITS + 1 }),
      range.head === null ? untrackedNotice(repository, paths) : [],
    ]);
    const notices = [...change.notices, ...untracked];
    if (commits.length > MAX_COMMITS) notices.push(`the newest ${MAX_COMMITS} commits are listed`);
    return {
      range: range.head === null ? range.base : `${range.base}..${range.head}`,
      base: range.base,
      head: range.head,
      ...change,
      commits: commits.slice(0, MAX_COMMITS),
      notices,
    };
  },
};

/** A change elsewhere in the repository must not look as if it were no change. */
function outsideNotice(prefix: string): readonly string[] {
  return prefix === ''
    ? []
    : [`the workspace is \`${prefix}\` of its repository; changes outside it are not shown`];
}

/** A new file that git does not know yet must not look as if it had been reviewed. */
async function untrackedNotice(repository: Repository, paths: readonly string[]): Promise<readonly string[]> {
  const { workspace, signal } = repository;
  // `.crew` is where runs of crews are kept, which nobody means to review.
  const listing = await gitText({
    workspace,
    signal,
    args: [
      'ls-files',
      '-z',
      '--others',
      '--exclude-standard',
      '--exclude=/.crew/',
      '--',
      ...repositoryPaths(repository, paths),
    ],
    maxStdoutBytes: MAX_LISTING_BYTES,
  });
  // The piece behind the last separator is empty, or a name that the limit cut in two.
  const names = listing.split('\0').slice(0, -1);
  if (names.length === 0) return [];
  const more = names.length > MAX_NAMED ? ', …' : '';
  const named = `${names.slice(0, MAX_NAMED).join(', ')}${more}`;
  return [
    names.length === 1
      ? `1 file is not tracked by git and is not part of this change: ${named}; \`git add -N\` it to review it`
      : `${names.length} files are not tracked by git and are not part of this change: ${named}; \`git add -N\` them to review them`,
  ];
}
