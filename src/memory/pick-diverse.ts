import { noteWords, sharedWords } from './note-words.ts';
import type { RankedNote } from './recalled-note.ts';

/** How much the score of a note counts against how much of it is said already. */
const RELEVANCE_SHARE = 0.8;
/** Notes that share less of their words say different things. */
const NEARLY_THE_SAME = 0.7;

/**
 * Puts notes that nearly say what a better one says behind the others: maximal marginal relevance with 0.8, where words are
 * what makes two notes alike. The notes that are looked at are the first `among`; the rest follows. Pure.
 * Source: Carbonell and Goldstein, SIGIR 1998.
 */
export function pickDiverse(ranked: readonly RankedNote[], among: number): readonly RankedNote[] {
  const waiting = ranked.slice(0, among).map(one => ({ one, words: noteWords(one.note.text), alike: 0 }));
  const picked: RankedNote[] = [];
  while (waiting.length > 0) {
    const values = waiting.map(
      ({ one, alike }) => RELEVANCE_SHARE * one.score - (1 - RELEVANCE_SHARE) * alike,
    );
    const [next] = waiting.splice(values.indexOf(Math.max(...values)), 1);
    if (next === undefined) break;
    picked.push(next.one);
    for (const other of waiting) {
      const shared = sharedWords(next.words, other.words);
      if (shared >= NEARLY_THE_SAME) other.alike = Math.max(other.alike, shared);
    }
  }
  return [...picked, ...ranked.slice(among)];
}
