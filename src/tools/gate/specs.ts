import type { JsonObject } from '../../model/json.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { arraySchema, flagSchema, numberSchema, objectSchema, textSchema } from '../spec-schemas.ts';

/** The result of a gate: whether it lets the work pass, why not, and what a crew routes on or shows beside that. */
function verdictSchema(properties: JsonObject): JsonObject {
  const all = {
    ok: flagSchema('The work passes.'),
    reasons: arraySchema({ type: 'string' }, 'Why it does not pass, one line each; empty when it does.'),
    ...properties,
  };
  return objectSchema(all, Object.keys(all));
}

/** A list of artifacts of which a gate reads some keys; the others may be there and are not looked at. */
function itemsSchema(properties: JsonObject, required: readonly string[], description: string): JsonObject {
  return arraySchema({ type: 'object', properties, required }, description);
}

const REQUIREMENT_IDS = arraySchema(textSchema('A requirement.'), 'Ids of the requirements that it serves.');

/** Spec of `gate.traced`. */
export const GATE_TRACED: ToolSpec = {
  name: 'gate.traced',
  description:
    'Passes when every requirement of a priority is traced to at least one task and one test, and no id is unknown or used twice.',
  inputSchema: objectSchema(
    {
      requirements: itemsSchema(
        { id: textSchema('Its id, such as R1.'), priority: textSchema('Its priority, such as P0.') },
        ['id'],
        'What is wanted.',
      ),
      tasks: itemsSchema(
        { id: textSchema('Its id.'), requirements: REQUIREMENT_IDS },
        ['requirements'],
        'What is to be done.',
      ),
      tests: itemsSchema(
        {
          id: textSchema('Its id.'),
          name: textSchema('Its name, when it has no id.'),
          requirements: REQUIREMENT_IDS,
        },
        ['requirements'],
        'What shows that it is done.',
      ),
      priority: textSchema('The priority that is gated; P0 when left out.'),
    },
    ['requirements', 'tasks', 'tests'],
  ),
  outputSchema: verdictSchema({
    checked: numberSchema('Requirements of that priority.'),
    missing: arraySchema(
      objectSchema(
        {
          requirement: textSchema('Its id.'),
          what: { type: 'string', enum: ['task', 'test'], description: 'What nothing traces it to.' },
        },
        ['requirement', 'what'],
      ),
      'Requirements of that priority without a task or without a test, in their order.',
    ),
    unknown: arraySchema(
      objectSchema(
        {
          requirement: textSchema('The id that no requirement has.'),
          what: { type: 'string', enum: ['task', 'test'], description: 'What names it.' },
          by: textSchema('Id or name of that task or test; its place, such as `#2`, when it has neither.'),
        },
        ['requirement', 'what', 'by'],
      ),
      'Ids that tasks and tests name and no requirement has.',
    ),
  }),
  readOnly: true,
};

const CLAIM_ID = textSchema('Id of a source.');

/** Spec of `gate.quoted`. */
export const GATE_QUOTED: ToolSpec = {
  name: 'gate.quoted',
  description:
    'Passes when every claim cites a known source or turn and its quote stands in it word for word. White space, typographic quotes and dashes, and invisible characters do not count; case and spelling do.',
  inputSchema: objectSchema(
    {
      claims: itemsSchema(
        {
          text: textSchema('What is claimed.'),
          source: CLAIM_ID,
          sources: arraySchema(CLAIM_ID, 'Ids, instead of `source`; the quote stands in one of them.'),
          quote: textSchema('What bears it out, word for word.'),
        },
        [],
        'What is claimed.',
      ),
      sources: itemsSchema(
        { id: CLAIM_ID, text: textSchema('Its text.') },
        ['id', 'text'],
        'What may be cited.',
      ),
      thread: itemsSchema(
        {
          turn: numberSchema('Its number, from 1.'),
          reply: { description: 'What was said: text, or a value whose texts are what was said.' },
        },
        ['turn', 'reply'],
        'What was said in a conversation, such as `run.talks.debate`. Each turn may be cited beside the sources, as `turn 1`, `turn 2` and so on.',
      ),
      min_length: numberSchema('Fewest letters and digits of a quote; less proves nothing.', {
        minimum: 1,
        default: 12,
      }),
    },
    ['claims', 'sources'],
  ),
  outputSchema: verdictSchema({
    checked: numberSchema('Claims.'),
    places: arraySchema(
      objectSchema(
        {
          claim: numberSchema('Number of the claim, from 1.'),
          source: textSchema('Id of the source.'),
          from: numberSchema('Where the quote begins in its text, in characters from 0.'),
          to: numberSchema('One past its last character.'),
        },
        ['claim', 'source', 'from', 'to'],
      ),
      'The first place of each quote that was found.',
    ),
  }),
  readOnly: true,
};

const ENTRIES = itemsSchema(
  {
    text: textSchema('What the readers are told.'),
    commits: arraySchema(textSchema('An id, in full or abbreviated.'), 'The commits that it is about.'),
  },
  [],
  'Entries of the notes.',
);

/** Spec of `gate.accounted`. */
export const GATE_ACCOUNTED: ToolSpec = {
  name: 'gate.accounted',
  description:
    'Passes when every commit is named exactly once, by an entry of the notes or with a reason among the ignored ones, and no other commit is named.',
  inputSchema: objectSchema(
    {
      commits: itemsSchema(
        {
          id: textSchema('Its full id; or `sha`.'),
          sha: textSchema('Its full id; or `id`.'),
          subject: textSchema('The first line of its message, for reasons.'),
        },
        [],
        'The commits that are to be accounted for.',
      ),
      sections: itemsSchema({ entries: ENTRIES }, [], 'Sections of the notes with their entries.'),
      entries: ENTRIES,
      ignored: itemsSchema(
        {
          sha: textSchema('Its id, in full or abbreviated; or `id`.'),
          id: textSchema('Its id, in full or abbreviated; or `sha`.'),
          reason: textSchema('Why the readers need not know of it.'),
        },
        [],
        'Commits that are left out of the notes.',
      ),
    },
    ['commits'],
  ),
  outputSchema: verdictSchema({
    checked: numberSchema('Commits.'),
    missing: arraySchema(textSchema('A full id.'), 'Commits that nothing names.'),
    unknown: arraySchema(textSchema('What was written.'), 'Ids that are none of these commits.'),
  }),
  readOnly: true,
};

/** Spec of `gate.adr`. */
export const GATE_ADR: ToolSpec = {
  name: 'gate.adr',
  description:
    'Passes when a decision record in Markdown is complete: free number, title, status, context, decision, consequences, two or more options with one chosen and a reason against each other one, and links to files that exist.',
  inputSchema: objectSchema(
    {
      path: textSchema('The file of the record, such as `docs/decisions/0003-one-file.md`.'),
      text: textSchema(
        'The record: `# 3. Title`, `Status: accepted`, `## Context`, `## Options considered` with `### Name` and `Against: …` for each option, `## Decision` with `Chosen option: Name`, `## Consequences`.',
      ),
      files: arraySchema(
        textSchema('A path relative to the workspace.'),
        'The files that exist, to look for numbers that are taken and for links that are dead.',
      ),
      partial: flagSchema('`files` is not complete, so links that it lacks are not judged.'),
      given_options: arraySchema(textSchema('A name.'), 'Options that the record must consider.'),
      given_choice: textSchema('The option that the record must choose; empty when it is free to.'),
      refused: textSchema('`sha256` of the verdict before; empty when there is none.'),
    },
    ['path', 'text', 'files'],
  ),
  outputSchema: verdictSchema({
    sha256: textSchema('Hash of path and text.'),
    repeated: flagSchema('It is the very record that was `refused` before.'),
    number: { type: ['integer', 'null'], description: 'The number in the file name.' },
    title: textSchema('The title without its number.'),
    status: textSchema('The status.'),
    options: arraySchema(textSchema('A name.'), 'The options.'),
    chosen: { type: ['string', 'null'], description: 'The name of the option that was chosen.' },
    links: arraySchema(textSchema('A target.'), 'Links to files.'),
    unjudged: arraySchema(textSchema('A target.'), 'Links that could not be judged with `partial`.'),
  }),
  readOnly: true,
};

/** The tools of `builtin:gate`, one row each. */
export const GATE_SPECS: readonly ToolSpec[] = [GATE_TRACED, GATE_QUOTED, GATE_ACCOUNTED, GATE_ADR];
