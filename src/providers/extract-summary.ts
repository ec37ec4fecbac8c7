import type { JsonValue } from '../model/json.ts';

/** Texts and sentences that are weighed; more would cost time and say nothing new. */
const MAX_SENTENCES = 2_000;
const SHORTEST_SENTENCE = 20;
const LONGEST_SENTENCE = 300;
/** Properties that hold programs and patches, which are no prose. */
const CODE_KEYS = new Set(['patch', 'diff', 'text', 'content', 'code', 'id', 'path', 'date', 'author']);
const STOP_WORDS = new Set(
  'a an and are as at be but by for from has have in into is it its not of on or that the their them then there these they this to was were when which with you your'.split(
    ' ',
  ),
);

/**
 * Picks at most `count` sentences word for word out of texts: those with the most frequent words, in the order in which
 * they stand. Empty when the texts hold no prose. Pure.
 */
export function extractSummary(texts: readonly string[], count: number): string {
  const sentences = [...new Set(texts.flatMap(sentencesOf))].slice(0, MAX_SENTENCES);
  const frequencies = new Map<string, number>();
  for (const sentence of sentences) {
    for (const word of new Set(wordsOf(sentence))) frequencies.set(word, (frequencies.get(word) ?? 0) + 1);
  }
  return sentences
    .map((sentence, index) => ({ sentence, index, score: scoreOf(sentence, frequencies) }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, count)
    .sort((a, b) => a.index - b.index)
    .map(({ sentence }) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`))
    .join(' ');
}

/** The prose inside a JSON value: its strings, without those that hold code, paths and ids. Pure. */
export function proseOf(value: JsonValue, key = '', depth = 0): readonly string[] {
  if (depth > 8 || CODE_KEYS.has(key)) return [];
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value))
    return value.slice(0, 500).flatMap((item: JsonValue) => proseOf(item, key, depth + 1));
  return Object.entries(value).flatMap(([name, item]) => proseOf(item as JsonValue, name, depth + 1));
}

/** Sentences of prose: fenced blocks, lines of patches and lines of code are left out. */
function sentencesOf(text: string): readonly string[] {
  const prose = text
    .slice(0, 200_000)
    .replace(/```[\s\S]*?(?:```|$)/g, '\n')
    .split('\n')
    .filter(line => !/^(?:[+\-@{}<|]|diff |index |\s{4})/.test(line) && !/[;{}]\s*$/.test(line));
  return prose
    .flatMap(line => line.split(/(?<=[.!?])\s+/))
    .map(sentence => sentence.trim().replace(/^(?:[#>*]+|\d+\.)\s+/, ''))
    .filter(isProse);
}

function isProse(sentence: string): boolean {
  if (sentence.length < SHORTEST_SENTENCE || sentence.length > LONGEST_SENTENCE) return false;
  const letters = sentence.match(/[\p{L}\s]/gu)?.length ?? 0;
  return sentence.includes(' ') && letters / sentence.length > 0.75;
}

function wordsOf(sentence: string): readonly string[] {
  const words = sentence.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
  return words.filter(word => !STOP_WORDS.has(word));
}

/** Mean frequency of the words, softened by length so that short sentences do not win for being short. */
function scoreOf(sentence: string, frequencies: ReadonlyMap<string, number>): number {
  const words = [...new Set(wordsOf(sentence))];
  const sum = words.reduce((total, word) => total + (frequencies.get(word) ?? 0), 0);
  return sum / Math.sqrt(words.length + 4);
}
