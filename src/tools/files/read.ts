import type { Tool } from '../../ports/tool.ts';
import { countArgument, textArgument } from '../arguments.ts';
import { contentArtifact, MAX_FILE_BYTES } from '../content-artifact.ts';
import { workspacePath } from '../workspace-path.ts';
import { readFile } from './read-file.ts';
import { FILES_READ } from './specs.ts';

/** `files.read`: lines of a text file. Fails with OUTSIDE_WORKSPACE, FILE_NOT_FOUND, FILE_UNREADABLE, TOOL_ARGUMENTS. */
export const filesRead: Tool = {
  spec: FILES_READ,
  async call(args, context) {
    const path = textArgument(args, 'path');
    const content = await readFile(await workspacePath(context.workspace, path), MAX_FILE_BYTES);
    const window = { from: countArgument(args, 'from'), to: countArgument(args, 'to') };
    return { path, ...contentArtifact(content, window, `\`${path}\``) };
  },
};
