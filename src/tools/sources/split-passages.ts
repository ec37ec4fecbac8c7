import type { CitedSource } from './source.ts';

/** A part of a source: `quote` is its text word for word, `at` where it begins, in characters from 0. */
export interface Passage {
  readonly source: string;
  readonly quote: string;
  readonly at: number;
}

const LONGEST_PASSAGE = 600;
/** A blank line, or a line feed before a list item, a heading or a table row. */
const BREAK = /\n[ \t]*\n|\n(?=[ \t]*(?:[-*+•] |\d{1,3}[.)] |#|\|))/;
const SENTENCE_END = /[.!?…。！？]["'”’)\]]*(?=\s)/g;

/** Splits sources into paragraphs and list items; long ones into sentences. Headings are left out. Pure. */
export function splitPassages(sources: readonly CitedSource[]): readonly Passage[] {
  return blocksOf(sources).flatMap(block =>
    block.quote.length <= LONGEST_PASSAGE ? [block] : sentencesOf(block),
  );
}

/** Splits sources into sentences; a list item is one too, however it ends. Headings are left out. Pure. */
export function splitSentences(sources: readonly CitedSource[]): readonly Passage[] {
  return blocksOf(sources).flatMap(sentencesOf);
}

function blocksOf(sources: readonly CitedSource[]): readonly Passage[] {
  return sources.flatMap(({ id, text }) =>
    pieces({ source: id, quote: text, at: 0 }, BREAK)
      .filter(block => !/^#|^(?:[-=*_|:] ?){3,}$/.test(block.quote))
      .map(withoutMarker),
  );
}

/** What stands between the matches of a pattern, without blanks at its ends. */
function pieces(whole: Passage, pattern: RegExp): readonly Passage[] {
  const found: Passage[] = [];
  let at = 0;
  for (const part of whole.quote.split(pattern)) {
    const from = whole.quote.indexOf(part, at);
    at = from + part.length;
    found.push(trimmed({ ...whole, quote: part, at: whole.at + from }));
  }
  return found.filter(({ quote }) => quote !== '');
}

function withoutMarker(block: Passage): Passage {
  const marker = /^(?:[-*+•>] +|\d{1,3}[.)] +)+/.exec(block.quote)?.[0].length ?? 0;
  return { ...block, quote: block.quote.slice(marker), at: block.at + marker };
}

function sentencesOf(block: Passage): readonly Passage[] {
  const ends = [...block.quote.matchAll(SENTENCE_END)].map(match => match.index + match[0].length);
  const starts = [0, ...ends];
  return starts
    .map((start, index) =>
      trimmed({ ...block, quote: block.quote.slice(start, starts[index + 1]), at: block.at + start }),
    )
    .filter(({ quote }) => quote !== '')
    .flatMap(cutLong);
}

/** Text without any end of a sentence is cut between words. */
function cutLong(passage: Passage): readonly Passage[] {
  const parts: Passage[] = [];
  for (let left = passage; left.quote !== ''; ) {
    const space = left.quote.length > LONGEST_PASSAGE ? left.quote.lastIndexOf(' ', LONGEST_PASSAGE) : 0;
    const end = space > 0 ? space : LONGEST_PASSAGE;
    parts.push(trimmed({ ...left, quote: left.quote.slice(0, end) }));
    left = trimmed({ ...left, quote: left.quote.slice(end), at: left.at + end });
  }
  return parts;
}

function trimmed(passage: Passage): Passage {
  const start = passage.quote.length - passage.quote.trimStart().length;
  return { ...passage, quote: passage.quote.trim(), at: passage.at + start };
}
