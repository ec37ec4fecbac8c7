// Sentence vectors out of word vectors, without a model: the weighted mean of the vectors of a text's words.
// 1. Deterministic: the same text has the same vector on every machine.
// 2. A word that is not among the 20,000 has a vector made of its letters, so that names and numbers count for themselves.
// 3. No text is without a vector of length 1, not even an empty one.
import { readFileSync } from 'node:fs';
import type { Embedder } from '../ports/embedder.ts';
import { FREQUENT_WORDS } from './frequent-words.ts';
import { normalise } from './normalise.ts';

const DIMS = 100;
/** Means of word vectors are all alike: of 12 questions about nothing of 15 notes the nearest note is at 0.63. */
const NEAR = 0.66;
const ID = 'static@1';
/** Smooth inverse frequency: a word with the probability p counts a / (a + p). */
const SIF_A = 0.003;
/** How much a word counts that is not known; the length of the vector of a known one is about 5. */
const UNKNOWN_LENGTH = 1;
/** Texts are embedded in one go; between so many, others may work. */
const WITHOUT_PAUSE = 500;
const WORD = /\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)?|\p{N}+/gu;

interface WordVectors {
  readonly rows: ReadonlyMap<string, number>;
  readonly scales: Float32Array;
  readonly numbers: Int8Array;
  /** The sum of 1 / rank over all words of the source, by which ranks become probabilities (Zipf). */
  readonly harmonic: number;
}

/**
 * Makes the embedder that needs nothing: `static@1`, 100 dimensions, English words. A text's vector is the mean of its words' GloVe
 * vectors, weighted by smooth inverse frequency, without frequent words. The words are read from a file of 2 MB when first
 * asked for. Source of the weights: Arora, Liang and Ma, "A simple but tough-to-beat baseline for sentence embeddings", 2017.
 */
export function createStaticEmbedder(): Embedder {
  return {
    id: ID,
    dims: DIMS,
    near: NEAR,
    async embed(texts, _kind, signal) {
      loaded ??= loadWords();
      const words = loaded;
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        if (vectors.length % WITHOUT_PAUSE === WITHOUT_PAUSE - 1) await immediate();
        signal?.throwIfAborted();
        vectors.push(vectorOf(text, words));
      }
      return vectors;
    },
  };
}

let loaded: WordVectors | undefined;

function immediate(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** The layout of the file is that of `.scripts/make-static-vectors.mjs`. */
function loadWords(): WordVectors {
  const bytes = readFileSync(new URL('./static-vectors.bin', import.meta.url));
  const numberAt = (at: number): number => bytes.readUInt32LE(4 + at * 4);
  const [version, count, dims, known, textBytes] = [0, 1, 2, 3, 4].map(numberAt);
  if (bytes.toString('latin1', 0, 4) !== 'CFSV' || version !== 1 || dims !== DIMS) {
    throw new Error('static-vectors.bin is not the file that this version was made with');
  }
  const HEAD = 24;
  const [total = 0, length = 0] = [count, textBytes];
  const words = bytes.toString('latin1', HEAD, HEAD + length).split('\n', total);
  // A copy: views of other than bytes must begin at a multiple of their size.
  const scales = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset + HEAD + length, bytes.byteOffset + HEAD + length + total * 4),
  );
  const from = HEAD + length + total * 4;
  const numbers = new Int8Array(bytes.buffer, bytes.byteOffset + from, total * DIMS);
  const harmonic = Math.log(known ?? total) + 0.5772;
  return { rows: new Map(words.map((word, row) => [word, row])), scales, numbers, harmonic };
}

function vectorOf(text: string, words: WordVectors): Float32Array {
  const sum = new Float64Array(DIMS);
  const all =
    text
      .normalize('NFKC')
      .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .toLowerCase()
      .match(WORD) ?? [];
  const said = all.map(word => word.replace(/['’]s$/, ''));
  const telling = said.filter(word => !FREQUENT_WORDS.has(word));
  for (const word of telling.length === 0 ? said : telling) addWord(sum, word, words);
  return normalise(sum);
}

function addWord(sum: Float64Array, word: string, words: WordVectors): void {
  const row = words.rows.get(word);
  if (row === undefined) return addLetters(sum, word);
  const probability = 1 / ((row + 1) * words.harmonic);
  const weight = (SIF_A / (SIF_A + probability)) * (words.scales[row] ?? 0);
  const from = row * DIMS;
  for (let at = 0; at < DIMS; at += 1) sum[at] = (sum[at] ?? 0) + weight * (words.numbers[from + at] ?? 0);
}

/** Adds a vector that is only this word's, of a generator that its letters set off (FNV-1a, xorshift). */
function addLetters(sum: Float64Array, word: string): void {
  let state = 2166136261;
  for (let at = 0; at < word.length; at += 1) {
    state = Math.imul(state ^ word.charCodeAt(at), 16777619);
  }
  state = state === 0 ? 1 : state;
  // Numbers evenly from -1 to 1 have a mean square of 1/3.
  const scale = UNKNOWN_LENGTH / Math.sqrt(DIMS / 3);
  for (let at = 0; at < DIMS; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    sum[at] = (sum[at] ?? 0) + scale * (state / 2 ** 31);
  }
}
