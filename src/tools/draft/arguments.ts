import type { JsonObject } from '../../model/json.ts';
import type { Tool } from '../../ports/tool.ts';
import { textArgument } from '../arguments.ts';
import type { CitedSource } from '../sources/source.ts';
import { type Passage, splitPassages } from '../sources/split-passages.ts';
import { givenSources } from './given-sources.ts';
import { DRAFT_ARGUMENTS } from './specs.ts';

type Side = 'for' | 'against';

const MAX_ARGUMENTS = 12;
/** As the gate of quotes has it. */
const FEWEST_LETTERS = 12;
/** Tried from the top, because `why not` begins with `why`. */
const LABELS: readonly (readonly [Side, RegExp])[] = [
  [
    'against',
    /^(?:against|arguments? against|cons?|disadvantages?|drawbacks?|objections?|risks?|why not|downsides?)\b/i,
  ],
  ['for', /^(?:for|in favou?r|arguments? for|pros?|advantages?|benefits?|why|upsides?)\b/i],
];

/**
 * `draft.arguments`: passages of sources that stand under a heading, or begin with a label, that names a side; word for
 * word, at most 12 for each side. Nothing is weighed. Fails with TOOL_ARGUMENTS, OUTSIDE_WORKSPACE, FILE_NOT_FOUND.
 * Deterministic.
 */
export const draftArguments: Tool = {
  spec: DRAFT_ARGUMENTS,
  async call(args, context) {
    textArgument(args, 'proposal');
    const sources = await givenSources(args, context);
    const passages = sources.flatMap(source => sidedPassages(source));
    const unsided = passages.filter(({ side }) => side === undefined).length;
    const left = unsided === 0 ? [] : [`Passages that name no side, and were left out: ${unsided}.`];
    return {
      arguments_for: argumentsOf(passages, 'for'),
      arguments_against: argumentsOf(passages, 'against'),
      notes: [
        'The arguments were found by their headings and labels and stand as in their sources; no language model read or weighed them.',
        ...left,
      ],
    };
  },
};

interface SidedPassage extends Passage {
  readonly side: Side | undefined;
}

function sidedPassages(source: CitedSource): readonly SidedPassage[] {
  const turns = turnsOf(source.text);
  const turnsAt = new Set(turns.map(({ at }) => at));
  const sided: SidedPassage[] = [];
  let passed = 0;
  for (const passage of splitPassages([source])) {
    while ((turns[passed]?.at ?? Number.POSITIVE_INFINITY) <= passage.at) passed += 1;
    const isLabel = !passage.quote.includes('\n') && turnsAt.has(passage.at);
    if (isLabel || lettersOf(passage.quote) < FEWEST_LETTERS) continue;
    sided.push({ ...passage, side: labelOf(passage.quote) ?? turns[passed - 1]?.side });
  }
  return sided;
}

/** Where the text turns to a side, or, at any other heading, away from both. */
function turnsOf(text: string): readonly { readonly at: number; readonly side: Side | undefined }[] {
  const lines = text.matchAll(/^(#{1,6} +|\**)(\S[^\n]{0,80})$/gm);
  return [...lines].flatMap(match => {
    const [, mark = '', words = ''] = match;
    const isHeading = mark.startsWith('#');
    const isLabel = /^[^.!?:]{1,40}:?\**:?$/.test(words) && (mark !== '' || words.endsWith(':'));
    const side = sideOf(words);
    return isHeading || (isLabel && side !== undefined) ? [{ at: match.index, side }] : [];
  });
}

/** The side of a passage that names it itself, such as `Against: it is slow`. */
function labelOf(quote: string): Side | undefined {
  const label = /^\**([A-Za-z ]{2,24})\**:/.exec(quote)?.[1];
  return label === undefined ? undefined : sideOf(label);
}

function sideOf(words: string): Side | undefined {
  const plain = words.replace(/^[^\p{L}]+/u, '');
  return LABELS.find(([, pattern]) => pattern.test(plain))?.[0];
}

function argumentsOf(passages: readonly SidedPassage[], side: Side): readonly JsonObject[] {
  return passages
    .filter(passage => passage.side === side)
    .slice(0, MAX_ARGUMENTS)
    .map(({ source, quote }, index) => ({
      id: `${side === 'for' ? 'F' : 'A'}${index + 1}`,
      text: quote.replace(/\s+/g, ' '),
      source,
      quote,
    }));
}

function lettersOf(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}
