import type { JsonObject } from '../../model/json.ts';
import { CATEGORIES, SEVERITIES } from '../../model/review.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { arraySchema, numberSchema, objectSchema, textSchema } from '../spec-schemas.ts';

const RANGE = textSchema(
  'Which change: `A..B`, `A...B` (since both parted), or one revision for the working tree against it.',
);
const LINES: JsonObject = {
  type: 'array',
  items: { type: 'integer', minimum: 1 },
  minItems: 2,
  maxItems: 2,
  description: 'First and last line in the new file, counted from 1.',
};
const NOTICES = arraySchema({ type: 'string' }, 'Lines for people, such as a tool that is missing.');

const DRAFT_PROPERTIES: JsonObject = {
  path: textSchema('File, as the change names it on its new side.'),
  range: LINES,
  severity: { type: 'string', enum: SEVERITIES, description: 'How much it matters.' },
  category: { type: 'string', enum: CATEGORIES, description: 'What kind of defect it is.' },
  title: textSchema('At most eight words.'),
  why: textSchema('What goes wrong, and when.'),
  evidence: arraySchema({ type: 'string' }, 'Other places that show it, as `path:line`.'),
  suggestion: {
    ...objectSchema({ range: LINES, text: textSchema('The new lines.') }, ['range', 'text']),
    description: 'A replacement of whole lines.',
  },
  confidence: { type: 'number', minimum: 0, maximum: 1, description: 'How sure the finder is.' },
  source: arraySchema({ type: 'string' }, 'Who found it, such as `oxlint:use-isnan`.'),
  muted: textSchema('Why it was taken out of the review.'),
};
const REQUIRED = [
  'id',
  'path',
  'range',
  'severity',
  'category',
  'title',
  'why',
  'evidence',
  'confidence',
  'source',
];
const FINDINGS = arraySchema(
  objectSchema({ id: textSchema('Stable over pushes.'), ...DRAFT_PROPERTIES }, REQUIRED),
  'Defects in the added lines, worst first.',
);

const REVIEWERS = arraySchema(
  objectSchema(
    {
      name: textSchema('The reviewer.'),
      files: numberSchema('Files it looked at.'),
      findings: numberSchema('What it found in the added lines.'),
    },
    ['name', 'files', 'findings'],
  ),
  'Who looked at what.',
);
const REPORT = objectSchema({ findings: FINDINGS, notices: NOTICES, reviewers: REVIEWERS }, [
  'findings',
  'notices',
  'reviewers',
]);

const DROPPED = objectSchema(
  {
    outsideDiff: numberSchema('Findings outside the added lines.'),
    duplicates: numberSchema('Findings folded into another.'),
    badSuggestions: numberSchema('Suggestions that do not apply or do not parse.'),
    overLimit: numberSchema('Findings beyond the first 200.'),
  },
  ['outsideDiff', 'duplicates', 'badSuggestions', 'overLimit'],
);
const SUMMARY = objectSchema(
  {
    what: textSchema('What the change does.'),
    risk: { type: 'string', enum: ['low', 'medium', 'high'], description: 'What can go wrong.' },
    effort: { type: 'integer', enum: [1, 2, 3, 4, 5], description: 'What a careful reviewer needs.' },
    tests: { type: 'string', enum: ['yes', 'no', 'n/a'], description: 'Whether tests come with it.' },
    verdict: {
      type: 'string',
      enum: ['approve', 'comment', 'request_changes'],
      description: 'What the author is told.',
    },
  },
  ['what', 'risk', 'effort', 'tests', 'verdict'],
);
const COLLATED = objectSchema({ findings: FINDINGS, dropped: DROPPED, notices: NOTICES }, [
  'findings',
  'dropped',
  'notices',
]);

/** What can be said of findings that other reviewers or roles delivered; each is checked by the tool itself. */
const LOOSE_FINDINGS: JsonObject = {
  type: 'array',
  description:
    'Findings, lists of findings, or whole reports with `findings` and `notices`, as tools and roles delivered them.',
};

const OWN_LINTER =
  "The repository's own eslint, biome or oxlint is preferred when its configuration and its binary are there: running it executes code of the repository.";

function reviewer(name: string, description: string): ToolSpec {
  return {
    name: `review.${name}`,
    description: `${description} Reports only lines that the change adds.`,
    inputSchema: objectSchema({ range: RANGE }, ['range']),
    outputSchema: REPORT,
    readOnly: true,
  };
}

/** The reviewers and the bookkeeping of a review that `builtin:review` offers. */
export const REVIEW_SPECS: readonly ToolSpec[] = [
  reviewer(
    'static',
    `Runs every static reviewer: linter, syntax rules, secrets, merge markers. ${OWN_LINTER}`,
  ),
  reviewer('security', 'Looks for vulnerabilities by syntax rules, and for secrets.'),
  reviewer('correctness', `Looks for bugs with the linter and by syntax rules. ${OWN_LINTER}`),
  reviewer(
    'tests',
    'Looks for changed code without tests, new exports that no test mentions, focused and skipped tests.',
  ),
  reviewer(
    'design',
    'Looks for long or deeply nested functions, many parameters, grown files and copied blocks.',
  ),
  {
    name: 'review.collate',
    description:
      'Makes one list of findings: checks their lines against the change, tries suggestions, folds duplicates, gives ids.',
    inputSchema: objectSchema({ range: RANGE, findings: LOOSE_FINDINGS, notices: NOTICES }, [
      'range',
      'findings',
    ]),
    outputSchema: COLLATED,
    readOnly: true,
  },
  {
    name: 'review.assess',
    description:
      'Summarises a change by what can be counted: size, paths, tests, findings. Decides nothing about findings.',
    inputSchema: objectSchema({ range: RANGE, findings: LOOSE_FINDINGS }, ['range']),
    outputSchema: objectSchema(
      {
        summary: SUMMARY,
        decisions: arraySchema({ type: 'object' }, 'Always empty.'),
        findings: arraySchema({ type: 'object' }, 'Always empty.'),
      },
      ['summary', 'decisions', 'findings'],
    ),
    readOnly: true,
  },
  {
    name: 'review.finish',
    description:
      'Makes the review: applies what a judge decided about the collated findings, adds the judge’s own, keeps the verdict honest.',
    inputSchema: objectSchema(
      {
        range: RANGE,
        collated: { type: 'object', description: 'The result of `review.collate`.' },
        judged: {
          type: ['object', 'null'],
          description: 'The judgement, see `judgement.schema.json`; without it the summary is counted.',
        },
      },
      ['range', 'collated'],
    ),
    outputSchema: objectSchema(
      {
        range: {
          ...objectSchema(
            { base: textSchema('Commit id.'), head: textSchema('Commit id, or `working tree`.') },
            ['base', 'head'],
          ),
          description: 'The reviewed revisions.',
        },
        summary: SUMMARY,
        findings: FINDINGS,
        dropped: DROPPED,
        notices: NOTICES,
      },
      ['range', 'summary', 'findings', 'dropped', 'notices'],
    ),
    readOnly: true,
  },
];
