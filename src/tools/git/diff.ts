import type { Tool } from '../../ports/tool.ts';
import { countArgument, textArgument, textsArgument } from '../arguments.ts';
import { changeArtifact, DEFAULT_MAX_PATCH_BYTES } from './change-artifact.ts';
import { listCommits } from './list-commits.ts';
import { openRepository } from './repository.ts';
import { resolveRange } from './resolve-range.ts';
import { GIT_DIFF } from './specs.ts';

const MAX_COMMITS = 50;

/** `git.diff`: what changed between two revisions, or between one and the working tree. @see readDiff for its errors */
export const gitDiff: Tool = {
  spec: GIT_DIFF,
  async call(args, context) {
    const paths = textsArgument(args, 'paths');
    const repository = await openRepository(context.workspace, context.signal);
    const range = await resolveRange(repository, textArgument(args, 'range'));
    const { history } = range;
    const [change, commits] = await Promise.all([
      changeArtifact({
        repository,
        range,
        paths,
        maxPatchBytes: countArgument(args, 'max_patch_bytes') ?? DEFAULT_MAX_PATCH_BYTES,
        notices: [...range.notices, ...outsideNotice(repository.prefix)],
      }),
      history === null ? [] : listCommits({ repository, history, paths, limit: MAX_COMMITS + 1 }),
    ]);
    const notices = [...change.notices];
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
