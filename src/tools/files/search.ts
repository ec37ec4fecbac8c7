import type { JsonObject } from '../../model/json.ts';
import type { Tool } from '../../ports/tool.ts';
import { countArgument, flagArgument, optionalTextArgument, textArgument } from '../arguments.ts';
import { findLiteral } from './find-literal.ts';
import { compileGlob } from './glob.ts';
import { readFile } from './read-file.ts';
import { openRegexMatcher, type RegexMatcher } from './regex-matcher.ts';
import { FILES_SEARCH } from './specs.ts';
import { walkFiles } from './walk-files.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;
const MAX_FILE_BYTES = 1024 * 1024;
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;

/** `files.search`: lines that contain a text or match an expression. Fails with OUTSIDE_WORKSPACE, TOOL_ARGUMENTS. */
export const filesSearch: Tool = {
  spec: FILES_SEARCH,
  async call(args, context) {
    const query = textArgument(args, 'query');
    const matcher = flagArgument(args, 'regex')
      ? openRegexMatcher(query, context.signal)
      : literalMatcher(query);
    const notices: string[] = [];
    try {
      const files = walkFiles({
        workspace: context.workspace,
        start: optionalTextArgument(args, 'path') ?? '.',
        signal: context.signal,
        onSkipped: line => notices.push(line),
      });
      const accepts = compileGlob(optionalTextArgument(args, 'glob'));
      const limit = Math.min(countArgument(args, 'limit') ?? DEFAULT_LIMIT, MAX_LIMIT);
      return await search({ files, accepts, matcher, limit, notices });
    } finally {
      await matcher.close();
    }
  },
};

function literalMatcher(query: string): RegexMatcher {
  return {
    find: async (text, limit) => findLiteral(text, query, limit),
    close: async () => undefined,
  };
}

async function search(options: {
  readonly files: ReturnType<typeof walkFiles>;
  readonly accepts: (path: string) => boolean;
  readonly matcher: RegexMatcher;
  readonly limit: number;
  readonly notices: string[];
}): Promise<JsonObject> {
  const { files, accepts, matcher, limit, notices } = options;
  const matches: JsonObject[] = [];
  let searched = 0;
  let bytes = 0;
  let tooLarge = 0;
  let truncated = false;
  for await (const file of files) {
    if (!accepts(file.path)) continue;
    const content = await readFile(file.real, MAX_FILE_BYTES);
    if (content.kind === 'too-large') tooLarge += 1;
    if (content.kind !== 'text') continue;
    searched += 1;
    bytes += content.bytes;
    // One more than fits tells whether there are more.
    const found = await matcher.find(content.text, limit - matches.length + 1);
    matches.push(...found.map(match => ({ path: file.path, ...match })));
    truncated = matches.length > limit || bytes > MAX_TOTAL_BYTES;
    if (truncated) break;
  }
  if (tooLarge > 0) notices.push(`${tooLarge} files over ${MAX_FILE_BYTES} bytes were not searched`);
  if (bytes > MAX_TOTAL_BYTES) notices.push(`the search ended after ${MAX_TOTAL_BYTES} bytes`);
  return { matches: matches.slice(0, limit), files_searched: searched, truncated, notices };
}
