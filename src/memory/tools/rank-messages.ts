import type { PastMessage } from '../../model/past-message.ts';
import { noteWords } from '../note-words.ts';

/** A message that fits a search, and the stretch of it that fits best. */
export interface FoundMessage {
  readonly message: PastMessage;
  readonly excerpt: string;
}

/** How soon a word that is said again stops to count, and how much the length of a text counts; the usual values. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;
/** Characters of an excerpt, and of the steps in which it is looked for. */
const EXCERPT_LENGTH = 900;
const STEP_LENGTH = 300;

/** Messages that share a word with the query, by BM25, best first; of equal ones the later first. Pure. */
export function rankMessages(query: string, messages: readonly PastMessage[]): readonly FoundMessage[] {
  const wanted = noteWords(query);
  const texts = messages.map(({ text }) => countWords(text, wanted));
  const mean = texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length);
  const rarity = rarityOf(wanted, texts);
  const scored = messages.map((message, at) => ({ message, score: scoreOf(texts[at], { rarity, mean }) }));
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score || right.message.at - left.message.at)
    .map(({ message }) => ({ message, excerpt: excerptOf(message.text, rarity) }));
}

interface CountedText {
  readonly length: number;
  readonly counts: ReadonlyMap<string, number>;
}

function countWords(text: string, wanted: ReadonlySet<string>): CountedText {
  const counts = new Map<string, number>();
  let length = 0;
  for (const piece of text.split(/\s+/)) {
    length += 1;
    for (const word of noteWords(piece)) {
      if (wanted.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return { length, counts };
}

function rarityOf(wanted: ReadonlySet<string>, texts: readonly CountedText[]): ReadonlyMap<string, number> {
  return new Map(
    [...wanted].map(word => {
      const holding = texts.filter(({ counts }) => counts.has(word)).length;
      return [word, Math.log(1 + (texts.length - holding + 0.5) / (holding + 0.5))] as const;
    }),
  );
}

function scoreOf(
  text: CountedText | undefined,
  { rarity, mean }: { readonly rarity: ReadonlyMap<string, number>; readonly mean: number },
): number {
  if (text === undefined) return 0;
  const pull = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * text.length) / Math.max(1, mean));
  return [...text.counts].reduce(
    (sum, [word, count]) => sum + ((rarity.get(word) ?? 0) * count * (SATURATION + 1)) / (count + pull),
    0,
  );
}

/** The stretch with the most of the rarest words; the beginning when the text is short. */
function excerptOf(text: string, rarity: ReadonlyMap<string, number>): string {
  if (text.length <= EXCERPT_LENGTH) return text;
  let best = { at: 0, score: -1 };
  for (let at = 0; at < text.length; at += STEP_LENGTH) {
    const words = noteWords(text.slice(at, at + EXCERPT_LENGTH));
    const score = [...rarity].reduce((sum, [word, weight]) => sum + (words.has(word) ? weight : 0), 0);
    if (score > best.score) best = { at, score };
  }
  const end = best.at + EXCERPT_LENGTH;
  const cut = text.slice(best.at, end).toWellFormed();
  return `${best.at === 0 ? '' : '…'}${cut}${end >= text.length ? '' : '…'}`;
}
