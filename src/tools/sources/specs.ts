import type { JsonObject } from '../../model/json.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { arraySchema, numberSchema, objectSchema, textSchema } from '../spec-schemas.ts';

const PATHS = arraySchema(
  textSchema('A file, a folder with its subfolders, or a glob such as `notes/**/*.md`.'),
  'Where the sources are, relative to the workspace. The same paths give the same ids.',
);

const LEFT_OUT = arraySchema(
  objectSchema({ path: textSchema('The file.'), reason: textSchema('Why, in a few words.') }, [
    'path',
    'reason',
  ]),
  'What is missing in the sources, at most 100 files.',
);

const GIVEN_SOURCES: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    properties: { id: textSchema('Its id.'), text: textSchema('Its text.') },
    required: ['id', 'text'],
  },
  description: 'Sources as `sources.collect` gives them, instead of `paths`.',
};

/** Spec of `sources.collect`. */
export const SOURCES_COLLECT: ToolSpec = {
  name: 'sources.collect',
  description:
    'Reads text, Markdown and HTML files of the workspace as sources with ids to cite: s1, s2 and so on in order of path. HTML is cut down to its text.',
  inputSchema: objectSchema(
    {
      paths: PATHS,
      max_files: numberSchema('Most sources.', { minimum: 1, maximum: 200, default: 40 }),
      max_length: numberSchema(
        'Longest text of one source, in characters; a longer one is cut, and says so.',
        {
          minimum: 100,
          maximum: 100_000,
          default: 20_000,
        },
      ),
    },
    ['paths'],
  ),
  outputSchema: objectSchema(
    {
      sources: arraySchema(
        objectSchema(
          {
            id: textSchema('Its id, to cite it by.'),
            path: textSchema('The file.'),
            title: textSchema('Its first heading or title, else the name of the file.'),
            text: textSchema('Its text.'),
            sha256: textSchema('Hash of the whole file, as hexadecimal digits.'),
          },
          ['id', 'path', 'title', 'text', 'sha256'],
        ),
        'The sources in order of path.',
      ),
      left_out: LEFT_OUT,
    },
    ['sources', 'left_out'],
  ),
  readOnly: true,
};

/** Spec of `sources.search`. */
export const SOURCES_SEARCH: ToolSpec = {
  name: 'sources.search',
  description:
    'Finds the passages of sources that have the words of a query, best first, each word for word with the id of its source. Words count, not meanings: try other words when nothing is found.',
  inputSchema: objectSchema(
    {
      query: { ...textSchema('The words to look for.'), minLength: 1, maxLength: 2000 },
      paths: PATHS,
      sources: GIVEN_SOURCES,
      limit: numberSchema('Most passages.', { minimum: 1, maximum: 100, default: 10 }),
    },
    ['query'],
  ),
  outputSchema: objectSchema(
    {
      passages: arraySchema(
        objectSchema(
          {
            source: textSchema('Id of the source.'),
            quote: textSchema('The passage, word for word.'),
            at: numberSchema('Where it begins in the text of the source, in characters from 0.'),
            score: { type: 'number', description: 'How well it fits; comparable within one result only.' },
          },
          ['source', 'quote', 'at', 'score'],
        ),
        'The passages, best first.',
      ),
      unknown_words: arraySchema(textSchema('A word.'), 'Words of the query that no source has.'),
    },
    ['passages', 'unknown_words'],
  ),
  readOnly: true,
};

/** The tools of `builtin:sources`. */
export const SOURCES_SPECS: readonly ToolSpec[] = [SOURCES_COLLECT, SOURCES_SEARCH];
