import type { Tool } from '../../ports/tool.ts';
import { countArgument, optionalTextArgument } from '../arguments.ts';
import { compileGlob } from './glob.ts';
import { FILES_LIST } from './specs.ts';
import { walkFiles } from './walk-files.ts';

const DEFAULT_LIMIT = 500;
const MAX_LIMIT = 5000;

/** `files.list`: paths of files, nearest first. Fails with OUTSIDE_WORKSPACE, FILE_NOT_FOUND, TOOL_ARGUMENTS. */
export const filesList: Tool = {
  spec: FILES_LIST,
  async call(args, context) {
    const limit = Math.min(countArgument(args, 'limit') ?? DEFAULT_LIMIT, MAX_LIMIT);
    const matches = compileGlob(optionalTextArgument(args, 'glob'));
    const files: string[] = [];
    const walk = walkFiles({
      workspace: context.workspace,
      start: optionalTextArgument(args, 'path') ?? '.',
      signal: context.signal,
      onSkipped: context.notice,
    });
    for await (const { path } of walk) {
      if (!matches(path)) continue;
      if (files.length === limit) return { files, truncated: true };
      files.push(path);
    }
    return { files, truncated: false };
  },
};
