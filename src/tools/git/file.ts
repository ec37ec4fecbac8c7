import type { Tool } from '../../ports/tool.ts';
import { countArgument, optionalTextArgument, textArgument } from '../arguments.ts';
import { contentArtifact, MAX_FILE_BYTES } from '../content-artifact.ts';
import { readFileAt } from './read-files-at.ts';
import { openRepository } from './repository.ts';
import { requireCommit } from './resolve-range.ts';
import { GIT_FILE } from './specs.ts';

/** `git.file`: a file as it was at a revision. Fails with FILE_NOT_FOUND, REVISION_UNKNOWN, OUTSIDE_WORKSPACE. */
export const gitFile: Tool = {
  spec: GIT_FILE,
  async call(args, context) {
    const { workspace, signal } = context;
    const path = textArgument(args, 'path');
    const asked = optionalTextArgument(args, 'revision') ?? 'HEAD';
    const revision = await requireCommit(await openRepository(workspace, signal), asked);
    const content = await readFileAt({ workspace, revision, path, signal, maxBytes: MAX_FILE_BYTES });
    const window = { from: countArgument(args, 'from'), to: countArgument(args, 'to') };
    return { path, revision, ...contentArtifact(content, window, `\`${path}\` at \`${asked}\``) };
  },
};
