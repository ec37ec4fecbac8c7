import type { Tool } from '../../ports/tool.ts';
import { textArgument } from '../arguments.ts';
import { type RankedPassage, rankPassages } from '../sources/rank-passages.ts';
import { splitSentences } from '../sources/split-passages.ts';
import { givenSources } from './given-sources.ts';
import { DRAFT_REPORT } from './specs.ts';

const MAX_CLAIMS = 12;
const MAX_PER_SOURCE = 4;
/** As the gate of quotes has it; a shorter sentence says nothing by itself. */
const FEWEST_LETTERS = 12;

/**
 * `draft.report`: the sentences of sources that fit a question best (see `rankPassages`), word for word, at most 12 and
 * at most 4 of one source. Fails with TOOL_ARGUMENTS, OUTSIDE_WORKSPACE, FILE_NOT_FOUND. Deterministic.
 */
export const draftReport: Tool = {
  spec: DRAFT_REPORT,
  async call(args, context) {
    const question = textArgument(args, 'question');
    const sources = await givenSources(args, context);
    const sentences = splitSentences(sources).filter(({ quote }) => lettersOf(quote) >= FEWEST_LETTERS);
    const { passages, unknownWords } = rankPassages(question, sentences);
    const isRow = ({ quote }: RankedPassage) => quote.startsWith('|');
    // A row of a table says little without its head, so sentences come first.
    const picked = pickFairly([...passages.filter(each => !isRow(each)), ...passages.filter(isRow)]);
    const used = new Set(picked.map(({ source }) => source));
    return {
      summary: `An extract: ${picked.length} of ${sentences.length} sentences, from ${used.size} of ${sources.length} sources, in order of the words that they share with the question.`,
      claims: picked.map(({ source, quote }) => ({ text: quote.replace(/\s+/g, ' '), source, quote })),
      gaps: unknownWords.map(word => `No source has the word "${word}".`),
      notes: [
        'The sentences were chosen by counting words and stand as in their sources; no language model read or judged them.',
      ],
    };
  },
};

function pickFairly(passages: readonly RankedPassage[]): readonly RankedPassage[] {
  const picked: RankedPassage[] = [];
  const quotes = new Set<string>();
  for (const passage of passages) {
    const own = picked.filter(({ source }) => source === passage.source).length;
    if (own === MAX_PER_SOURCE || quotes.has(passage.quote)) continue;
    picked.push(passage);
    quotes.add(passage.quote);
    if (picked.length === MAX_CLAIMS) break;
  }
  return picked;
}

function lettersOf(text: string): number {
  return text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
}
