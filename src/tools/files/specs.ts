import type { ToolSpec } from '../../model/tool-spec.ts';
import {
  arraySchema,
  CONTENT_PROPERTIES,
  CONTENT_REQUIRED,
  flagSchema,
  numberSchema,
  objectSchema,
  textSchema,
} from '../spec-schemas.ts';

const FOLDER = textSchema('A folder or file relative to the workspace; the whole workspace when left out.');

const GLOB = textSchema(
  'Only files whose path below the workspace matches, for example `src/**/*.ts`; a pattern without a slash matches file names in every folder.',
);

const SKIPPED =
  '.git, node_modules and .crew folders, and links that lead out of the workspace, are skipped.';

/** Spec of `files.read`. */
export const FILES_READ: ToolSpec = {
  name: 'files.read',
  description: 'Reads a text file of the workspace, whole or some lines, at most 100,000 bytes at once.',
  inputSchema: objectSchema(
    {
      path: textSchema('The file, relative to the workspace.'),
      from: numberSchema('First line, counted from 1.', { minimum: 1 }),
      to: numberSchema('Last line, included.', { minimum: 1 }),
    },
    ['path'],
  ),
  outputSchema: objectSchema({ path: textSchema('The file.'), ...CONTENT_PROPERTIES }, [
    'path',
    ...CONTENT_REQUIRED,
  ]),
  readOnly: true,
};

/** Spec of `files.list`. */
export const FILES_LIST: ToolSpec = {
  name: 'files.list',
  description: `Lists the files of the workspace or of a folder in it with all its subfolders, nearest first. ${SKIPPED}`,
  inputSchema: objectSchema({
    path: FOLDER,
    glob: GLOB,
    limit: numberSchema('Most files to return.', { minimum: 1, maximum: 5000, default: 500 }),
  }),
  outputSchema: objectSchema(
    {
      files: arraySchema(textSchema('A path relative to the workspace.'), 'The files.'),
      truncated: flagSchema('There are more files than the limit.'),
    },
    ['files', 'truncated'],
  ),
  readOnly: true,
};

/** Spec of `files.search`. */
export const FILES_SEARCH: ToolSpec = {
  name: 'files.search',
  description: `Finds lines in the text files of the workspace. ${SKIPPED} Binary files and files over 1 MiB are not searched.`,
  inputSchema: objectSchema(
    {
      query: { ...textSchema('The text to find, case-sensitive.'), minLength: 1, maxLength: 1000 },
      regex: flagSchema('Read the query as a JavaScript regular expression that is tried on each line.'),
      path: FOLDER,
      glob: GLOB,
      limit: numberSchema('Most lines to return.', { minimum: 1, maximum: 1000, default: 100 }),
    },
    ['query'],
  ),
  outputSchema: objectSchema(
    {
      matches: arraySchema(
        objectSchema(
          {
            path: textSchema('Path relative to the workspace.'),
            line: numberSchema('Line number, counted from 1.'),
            text: textSchema('The line, at most 300 characters of it.'),
          },
          ['path', 'line', 'text'],
        ),
        'The matching lines, nearest files first.',
      ),
      files_searched: numberSchema('How many files were looked at.'),
      truncated: flagSchema('The search ended early, so there may be more matches.'),
      notices: arraySchema(textSchema('One line for people.'), 'What was not searched.'),
    },
    ['matches', 'files_searched', 'truncated', 'notices'],
  ),
  readOnly: true,
};

/** The tools of `builtin:files`. */
export const FILES_SPECS: readonly ToolSpec[] = [FILES_READ, FILES_LIST, FILES_SEARCH];
