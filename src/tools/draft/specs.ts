import type { JsonObject } from '../../model/json.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { arraySchema, objectSchema, textSchema } from '../spec-schemas.ts';

const BY_RULE = 'By rules, without any judgement.';

const NOTES = arraySchema(textSchema('One line for readers.'), 'How it was made, and what is missing.');

const SOURCE_ID = textSchema('Id of the source.');

const SOURCES: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    properties: { id: SOURCE_ID, text: textSchema('Its text.') },
    required: ['id', 'text'],
  },
  description: 'Sources as `sources.collect` gives them, instead of `paths`.',
};

const PATHS = arraySchema(
  textSchema('A file, a folder with its subfolders, or a glob.'),
  'Where the sources are, relative to the workspace, as for `sources.collect`.',
);

const CLAIM_PROPERTIES: JsonObject = {
  text: textSchema('What it says, on one line.'),
  source: SOURCE_ID,
  quote: textSchema('The same, word for word as it stands in the source.'),
};
const CLAIM_REQUIRED = ['text', 'source', 'quote'];

/** Spec of `draft.report`. */
export const DRAFT_REPORT: ToolSpec = {
  name: 'draft.report',
  description: `Makes an extract of sources: the sentences that have the words of a question, word for word. ${BY_RULE}`,
  inputSchema: objectSchema(
    { question: textSchema('The question that is to be answered.'), sources: SOURCES, paths: PATHS },
    ['question'],
  ),
  outputSchema: objectSchema(
    {
      summary: textSchema('What the extract is made of.'),
      claims: arraySchema(
        objectSchema(CLAIM_PROPERTIES, CLAIM_REQUIRED),
        'At most 12 sentences, best first.',
      ),
      gaps: arraySchema(textSchema('One line.'), 'Words of the question that no source has.'),
      notes: NOTES,
    },
    ['summary', 'claims', 'gaps', 'notes'],
  ),
  readOnly: true,
};

const COMMITS: JsonObject = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      id: textSchema('Full commit id.'),
      subject: textSchema('First line of the message.'),
      body: textSchema('Rest of the message.'),
    },
    required: ['id', 'subject'],
  },
  description: 'Commits as `git.log` gives them, newest first.',
};

/** Spec of `draft.release_notes`. */
export const DRAFT_RELEASE_NOTES: ToolSpec = {
  name: 'draft.release_notes',
  description: `Groups commits for release notes by the type in their subjects (Conventional Commits); merges, internal types and what was taken back are ignored with a reason. ${BY_RULE}`,
  inputSchema: objectSchema({ commits: COMMITS }, ['commits']),
  outputSchema: objectSchema(
    {
      summary: textSchema('How many commits became what.'),
      sections: arraySchema(
        objectSchema(
          {
            title: textSchema('What kind of change.'),
            entries: arraySchema(
              objectSchema(
                {
                  text: textSchema('The subject without its type.'),
                  commits: {
                    ...arraySchema(textSchema('A full id.'), 'The commits that it is about.'),
                    minItems: 1,
                  },
                },
                ['text', 'commits'],
              ),
              'One entry for each commit, newest first.',
            ),
          },
          ['title', 'entries'],
        ),
        'The sections that have entries, breaking changes first.',
      ),
      ignored: arraySchema(
        objectSchema({ sha: textSchema('Full id.'), reason: textSchema('Why.') }, ['sha', 'reason']),
        'Commits that readers need not know of.',
      ),
      notes: NOTES,
    },
    ['summary', 'sections', 'ignored', 'notes'],
  ),
  readOnly: true,
};

const REASONS = arraySchema(textSchema('A reason.'), 'Reasons, one each.');

/** Spec of `draft.adr`. */
export const DRAFT_ADR: ToolSpec = {
  name: 'draft.adr',
  description: `Fills the form of an architecture decision record in Markdown with what people have said, under the next free number; what they have not said becomes a \`TODO\`. ${BY_RULE}`,
  inputSchema: objectSchema(
    {
      title: { ...textSchema('The decision in a few words.'), minLength: 1 },
      context: textSchema('Why something has to be decided; empty when nobody said.'),
      options: arraySchema(
        {
          type: 'object',
          properties: { name: textSchema('Its name.'), for: REASONS, against: REASONS },
          required: ['name'],
        },
        'The options.',
      ),
      chosen: textSchema('The name of the option that was chosen; empty when none is.'),
      consequences: arraySchema(textSchema('A consequence.'), 'What follows from the decision.'),
      folder: textSchema('The folder of the records, relative to the workspace.'),
      files: arraySchema(textSchema('A path.'), 'The files that exist, to find the next number.'),
      sources: arraySchema(
        { type: 'object', properties: { path: textSchema('A path.'), title: textSchema('Its title.') } },
        'Material that the decision rests on; it is linked.',
      ),
    },
    ['title', 'context', 'options', 'chosen', 'consequences', 'folder', 'files'],
  ),
  outputSchema: objectSchema(
    {
      file: textSchema('The path that the record is for.'),
      text: textSchema('The record in Markdown.'),
      notes: NOTES,
    },
    ['file', 'text', 'notes'],
  ),
  readOnly: true,
};

const ARGUMENTS = arraySchema(
  objectSchema({ id: textSchema('F1, F2 … or A1, A2 …'), ...CLAIM_PROPERTIES }, ['id', ...CLAIM_REQUIRED]),
  'At most 12, in the order of the sources.',
);

/** Spec of `draft.arguments`. */
export const DRAFT_ARGUMENTS: ToolSpec = {
  name: 'draft.arguments',
  description: `Collects arguments word for word out of sources: what stands under headings or labels such as Pros, For, Benefits, and Cons, Against, Risks. ${BY_RULE}`,
  inputSchema: objectSchema(
    { proposal: textSchema('What is argued about.'), sources: SOURCES, paths: PATHS },
    ['proposal'],
  ),
  outputSchema: objectSchema({ arguments_for: ARGUMENTS, arguments_against: ARGUMENTS, notes: NOTES }, [
    'arguments_for',
    'arguments_against',
    'notes',
  ]),
  readOnly: true,
};

/** The tools of `builtin:draft`. */
export const DRAFT_SPECS: readonly ToolSpec[] = [
  DRAFT_REPORT,
  DRAFT_RELEASE_NOTES,
  DRAFT_ADR,
  DRAFT_ARGUMENTS,
];
