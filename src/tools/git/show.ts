import type { Tool } from '../../ports/tool.ts';
import { countArgument, textArgument, textsArgument } from '../arguments.ts';
import { changeArtifact, DEFAULT_MAX_PATCH_BYTES } from './change-artifact.ts';
import { listCommits } from './list-commits.ts';
import { commitParents, emptyTree, openRepository, type Repository } from './repository.ts';
import { requireCommit } from './resolve-range.ts';
import { GIT_SHOW } from './specs.ts';

/** `git.show`: one commit with its change against its first parent. Fails with REVISION_UNKNOWN, HISTORY_SHALLOW. */
export const gitShow: Tool = {
  spec: GIT_SHOW,
  async call(args, context) {
    const repository = await openRepository(context.workspace, context.signal);
    const commit = await requireCommit(repository, textArgument(args, 'revision'));
    const parents = await commitParents(repository, commit);
    const change = await changeArtifact({
      repository,
      range: { base: await parentTree(repository, parents[0]), head: commit },
      paths: textsArgument(args, 'paths'),
      maxPatchBytes: countArgument(args, 'max_patch_bytes') ?? DEFAULT_MAX_PATCH_BYTES,
      notices: parents.length > 1 ? ['a merge: the change is shown against its first parent'] : [],
    });
    // A commit is described also when it touches nothing below the workspace, so the log is not limited to it.
    const [entry] = await listCommits({
      repository: { ...repository, prefix: '' },
      history: commit,
      paths: [],
      limit: 1,
    });
    return { ...entry, parents, ...change };
  },
};

function parentTree(repository: Repository, parent: string | undefined): Promise<string> {
  return parent === undefined ? emptyTree(repository) : requireCommit(repository, parent);
}
