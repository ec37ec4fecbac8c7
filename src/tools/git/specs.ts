import type { JsonObject } from '../../model/json.ts';
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

const PATHS = arraySchema(
  textSchema('A file or folder relative to the workspace, taken literally: no globs.'),
  'Only these files and folders; everything below the workspace when left out.',
);

const MAX_PATCH_BYTES: JsonObject = {
  type: 'integer',
  minimum: 1000,
  maximum: 5_000_000,
  default: 120_000,
  description: 'Longest patch to return; a longer one is cut fairly per file, and says where.',
};

const REVISION_HINT = 'a branch, tag, commit id or expression such as HEAD~2';

const COMMIT_PROPERTIES: JsonObject = {
  id: textSchema('Full commit id.'),
  author: textSchema('Name of the author.'),
  date: textSchema('Author date, ISO 8601 with offset.'),
  subject: textSchema('First line of the message.'),
  body: textSchema('Rest of the message, when there is one; at most 2,000 characters.'),
};

const COMMIT_REQUIRED = ['id', 'author', 'date', 'subject'];
const COMMIT = objectSchema(COMMIT_PROPERTIES, COMMIT_REQUIRED);

const CHANGED_FILE = objectSchema(
  {
    path: textSchema('Path at the new side, relative to the workspace.'),
    old_path: textSchema('Path at the old side, for a rename or copy.'),
    status: {
      enum: ['added', 'modified', 'deleted', 'renamed', 'copied', 'type-changed'],
      description: 'What happened to the file.',
    },
    binary: flagSchema('The file is binary, so it has no lines.'),
    added: numberSchema('Added lines.'),
    removed: numberSchema('Removed lines.'),
    omitted: textSchema('Present when `patch` does not have the whole of this file: why.'),
  },
  ['path', 'status', 'binary', 'added', 'removed'],
);

const CHANGE_PROPERTIES: JsonObject = {
  files: arraySchema(CHANGED_FILE, 'The changed files in order of path, at most 2,000.'),
  files_changed: numberSchema('Exact number of changed files.'),
  added: numberSchema('Added lines in all files.'),
  removed: numberSchema('Removed lines in all files.'),
  patch: textSchema(
    'Unified patch with 3 lines of context; lines in [square brackets] stand for what was left out.',
  ),
  truncated: flagSchema('The patch is not complete.'),
  notices: arraySchema(
    textSchema('One line for people.'),
    'How the request was understood and what was left out.',
  ),
};

const CHANGE_REQUIRED = ['files', 'files_changed', 'added', 'removed', 'patch', 'truncated', 'notices'];

/** Spec of `git.diff`. */
export const GIT_DIFF: ToolSpec = {
  name: 'git.diff',
  description:
    'Shows what changed between two git revisions, or between one and the working tree: changed files with line counts, a unified patch, and the commits of the range. Untracked files are not seen; for the working tree a notice names them.',
  inputSchema: objectSchema(
    {
      range: textSchema(
        `\`A..B\` from A to B, \`A...B\` from the common ancestor of both to B, or \`A\` for the working tree against A; each side is ${REVISION_HINT}.`,
      ),
      paths: PATHS,
      max_patch_bytes: MAX_PATCH_BYTES,
    },
    ['range'],
  ),
  outputSchema: objectSchema(
    {
      range: textSchema('`<id>..<id>`, or one id when the new side is the working tree.'),
      base: textSchema('Id of the old side: a commit, or the empty tree before the first commit.'),
      head: {
        type: ['string', 'null'],
        description: 'Commit id of the new side; null for the working tree.',
      },
      ...CHANGE_PROPERTIES,
      commits: arraySchema(COMMIT, 'Commits of the range, newest first, at most 50.'),
    },
    ['range', 'base', 'head', ...CHANGE_REQUIRED, 'commits'],
  ),
  readOnly: true,
};

/** Spec of `git.log`. */
export const GIT_LOG: ToolSpec = {
  name: 'git.log',
  description: 'Lists git commits, newest first, with author, date and message.',
  inputSchema: objectSchema({
    range: textSchema(
      `Commits to list: \`A..B\` for those of B that are not in A, \`A...B\` for those of B since both parted, or one revision for its whole history; HEAD when left out. A revision is ${REVISION_HINT}.`,
    ),
    since: textSchema(
      `Only commits that this revision does not have; \`latest-tag\` stands for the nearest tag in the history, and for no limit when there is none. Not together with \`A..B\`.`,
    ),
    paths: PATHS,
    limit: numberSchema('Most commits to return.', { minimum: 1, maximum: 400, default: 20 }),
  }),
  outputSchema: objectSchema(
    {
      commits: arraySchema(COMMIT, 'The commits, newest first.'),
      truncated: flagSchema('There are more commits than the limit.'),
      since: {
        type: ['string', 'null'],
        description: 'The tag or revision of `since`; null when nothing limits the history.',
      },
    },
    ['commits', 'truncated', 'since'],
  ),
  readOnly: true,
};

/** Spec of `git.show`. */
export const GIT_SHOW: ToolSpec = {
  name: 'git.show',
  description: 'Shows one git commit: its message, and what it changed against its first parent.',
  inputSchema: objectSchema(
    {
      revision: textSchema(`The commit: ${REVISION_HINT}.`),
      paths: PATHS,
      max_patch_bytes: MAX_PATCH_BYTES,
    },
    ['revision'],
  ),
  outputSchema: objectSchema(
    {
      ...COMMIT_PROPERTIES,
      parents: arraySchema(textSchema('A commit id.'), 'The parents; none for a first commit.'),
      ...CHANGE_PROPERTIES,
    },
    [...COMMIT_REQUIRED, 'parents', ...CHANGE_REQUIRED],
  ),
  readOnly: true,
};

/** Spec of `git.blame`. */
export const GIT_BLAME: ToolSpec = {
  name: 'git.blame',
  description: 'Tells which commit last changed each line of a file, at most 500 lines at once.',
  inputSchema: objectSchema(
    {
      path: textSchema('The file, relative to the workspace.'),
      revision: textSchema(
        `Look at the file as of this revision; HEAD when left out. It is ${REVISION_HINT}.`,
      ),
      from: numberSchema('First line, counted from 1.', { minimum: 1 }),
      to: numberSchema('Last line, included.', { minimum: 1 }),
    },
    ['path'],
  ),
  outputSchema: objectSchema(
    {
      path: textSchema('The file.'),
      revision: textSchema('Commit id that was looked at.'),
      total_lines: numberSchema('Lines of the file.'),
      spans: arraySchema(
        objectSchema(
          {
            from: numberSchema('First line.'),
            to: numberSchema('Last line, included.'),
            commit: textSchema('Commit that last changed these lines.'),
            author: textSchema('Its author.'),
            date: textSchema('Its author date, ISO 8601 in UTC.'),
            subject: textSchema('First line of its message.'),
            text: textSchema('The lines.'),
          },
          ['from', 'to', 'commit', 'author', 'date', 'subject', 'text'],
        ),
        'Neighbouring lines of the same commit, in order.',
      ),
      truncated: flagSchema('There are more lines than were asked for at once.'),
      omitted: textSchema('Why there are no lines: a binary or very large file.'),
    },
    ['path', 'revision', 'total_lines', 'spans', 'truncated'],
  ),
  readOnly: true,
};

/** Spec of `git.file`. */
export const GIT_FILE: ToolSpec = {
  name: 'git.file',
  description:
    'Reads a file as it was at a git revision, whole or some lines, at most 100,000 bytes at once.',
  inputSchema: objectSchema(
    {
      path: textSchema('The file, relative to the workspace.'),
      revision: textSchema(`The revision; HEAD when left out. It is ${REVISION_HINT}.`),
      from: numberSchema('First line, counted from 1.', { minimum: 1 }),
      to: numberSchema('Last line, included.', { minimum: 1 }),
    },
    ['path'],
  ),
  outputSchema: objectSchema(
    {
      path: textSchema('The file.'),
      revision: textSchema('Commit id that was looked at.'),
      ...CONTENT_PROPERTIES,
    },
    ['path', 'revision', ...CONTENT_REQUIRED],
  ),
  readOnly: true,
};

/** The tools of `builtin:git`. */
export const GIT_SPECS: readonly ToolSpec[] = [GIT_DIFF, GIT_LOG, GIT_SHOW, GIT_BLAME, GIT_FILE];
