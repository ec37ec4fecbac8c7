import type { Tool } from '../../ports/tool.ts';
import { countArgument, textsArgument } from '../arguments.ts';
import { collectSources } from './collect-sources.ts';
import { SOURCES_COLLECT } from './specs.ts';

/** `sources.collect`: text files as sources to cite. Fails with OUTSIDE_WORKSPACE, FILE_NOT_FOUND, TOOL_ARGUMENTS. */
export const sourcesCollect: Tool = {
  spec: SOURCES_COLLECT,
  call: (args, context) =>
    collectSources(textsArgument(args, 'paths'), context, {
      maxFiles: countArgument(args, 'max_files'),
      maxLength: countArgument(args, 'max_length'),
    }),
};
