import { CrewError } from '../../model/crew-error.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ToolContext } from '../../ports/tool.ts';
import { textsArgument } from '../arguments.ts';
import { collectSources } from '../sources/collect-sources.ts';
import { type CitedSource, sourcesArgument } from '../sources/source.ts';

/** As many as `sources.collect` can give, so that its ids are known. */
const MAX_FILES = 200;

/** The sources of a call: those in `sources`, else the files of `paths`. Fails with TOOL_ARGUMENTS and as `collectSources`. */
export async function givenSources(args: JsonObject, context: ToolContext): Promise<readonly CitedSource[]> {
  const given = sourcesArgument(args, 'sources');
  if (given !== undefined) return given;
  const paths = textsArgument(args, 'paths');
  if (paths.length === 0)
    throw new CrewError('TOOL_ARGUMENTS', 'expected `paths` or `sources`, found neither');
  return (await collectSources(paths, context, { maxFiles: MAX_FILES })).sources;
}
