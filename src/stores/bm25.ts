import { STOP_WORDS } from './stop-words.ts';

const STOPPED = new Set(STOP_WORDS);
/** How soon a word that is said again stops to count, and how much the length of a text counts; the usual values. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;

/** The words of a text that can be looked for: lower case, without stop words, endings and accents cut off. Pure. */
export function wordsOf(text: string): readonly string[] {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).filter(word => !STOPPED.has(word)).map(stem);
}

function stem(word: string): string {
  return word.replace(/(?<=\p{L}{3})(?:ing|ed|es|e|s)$/u, '');
}

/** BM25 of each text for a question, in the order of the texts; 0 where they share no word. Pure. */
export function rankByWords(question: string, texts: readonly (readonly string[])[]): readonly number[] {
  const wanted = [...new Set(wordsOf(question))];
  const mean = texts.reduce((sum, words) => sum + words.length, 0) / Math.max(texts.length, 1);
  const rarity = new Map(
    wanted.map(word => {
      const holding = texts.filter(words => words.includes(word)).length;
      return [word, Math.log(1 + (texts.length - holding + 0.5) / (holding + 0.5))] as const;
    }),
  );
  return texts.map(words => {
    const pull = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * words.length) / mean);
    return wanted.reduce((score, word) => {
      const count = words.filter(other => other === word).length;
      return score + ((rarity.get(word) ?? 0) * count * (SATURATION + 1)) / (count + pull || 1);
    }, 0);
  });
}
