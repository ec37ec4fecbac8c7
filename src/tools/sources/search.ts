import { CrewError } from '../../model/crew-error.ts';
import type { Tool } from '../../ports/tool.ts';
import { countArgument, textArgument, textsArgument } from '../arguments.ts';
import { collectSources } from './collect-sources.ts';
import { rankPassages } from './rank-passages.ts';
import { sourcesArgument } from './source.ts';
import { SOURCES_SEARCH } from './specs.ts';
import { splitPassages } from './split-passages.ts';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
/** As many as `sources.collect` can give, so that its ids are known here. */
const MAX_FILES = 200;

/**
 * `sources.search`: passages by their words (Okapi BM25, see `rankPassages`), word for word, from given sources or from
 * files. The ids of files are those that `sources.collect` gives for the same paths. Fails with TOOL_ARGUMENTS,
 * OUTSIDE_WORKSPACE, FILE_NOT_FOUND. Deterministic.
 */
export const sourcesSearch: Tool = {
  spec: SOURCES_SEARCH,
  async call(args, context) {
    const query = textArgument(args, 'query');
    const limit = Math.min(countArgument(args, 'limit') ?? DEFAULT_LIMIT, MAX_LIMIT);
    const given = sourcesArgument(args, 'sources');
    const paths = textsArgument(args, 'paths');
    if (given === undefined && paths.length === 0) {
      throw new CrewError('TOOL_ARGUMENTS', 'expected `paths` or `sources` to search in, found neither');
    }
    const sources = given ?? (await collectSources(paths, context, { maxFiles: MAX_FILES })).sources;
    const { passages, unknownWords } = rankPassages(query, splitPassages(sources));
    return {
      passages: passages
        .slice(0, limit)
        .map(({ source, quote, at, score }) => ({ source, quote, at, score })),
      unknown_words: unknownWords,
    };
  },
};
