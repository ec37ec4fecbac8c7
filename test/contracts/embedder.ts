import { describe, expect, it } from 'vitest';
import type { Embedder } from '../../src/ports/embedder.ts';

const TEXTS = [
  'The payment service retries three times.',
  '',
  '   \n',
  'übergroße Änderungen 日本語 🦊',
  '\uD800 half a character',
  'x'.repeat(30_000),
  'the of and',
  '42',
];

/** What every adapter of `ports/embedder.ts` must hold; `open` makes one that is closed again. */
export function testEmbedder(
  name: string,
  open: () => Promise<{ readonly embedder: Embedder; readonly close: () => Promise<void> }>,
): void {
  describe(`${name} is an embedder`, () => {
    const using = async (use: (embedder: Embedder) => Promise<void>): Promise<void> => {
      const { embedder, close } = await open();
      try {
        await use(embedder);
      } finally {
        await close();
      }
    };

    it('gives each text a vector of its dimensions, finite and of length 1', () =>
      using(async embedder => {
        const vectors = await embedder.embed(TEXTS, 'note');
        expect(vectors).toHaveLength(TEXTS.length);
        for (const vector of vectors) {
          expect(vector).toBeInstanceOf(Float32Array);
          expect(vector).toHaveLength(embedder.dims);
          expect(vector.every(Number.isFinite)).toBe(true);
          expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
        }
      }));

    it('gives equal texts equal vectors, and no text that of its neighbour in the batch', () =>
      using(async embedder => {
        const many = Array.from({ length: 150 }, (_, at) => `note ${at % 75}: ${'word '.repeat(at % 75)}`);
        const vectors = await embedder.embed(many, 'note');
        for (let at = 0; at < 75; at += 1) expect(near(vectors[at], vectors[at + 75])).toBeCloseTo(1, 5);
        const [alone] = await embedder.embed([many[7] ?? ''], 'note');
        expect(near(alone, vectors[7])).toBeCloseTo(1, 4);
      }));

    it('gives nothing for nothing', () =>
      using(async embedder => {
        expect(await embedder.embed([], 'query')).toEqual([]);
      }));

    it('stops with the reason of a signal that aborted', () =>
      using(async embedder => {
        const signal = AbortSignal.abort(new Error('enough'));
        await expect(embedder.embed(['a text'], 'note', signal)).rejects.toThrow('enough');
      }));

    it('stops with the reason of a signal that aborts meanwhile, and goes on with what comes next', () =>
      using(async embedder => {
        const controller = new AbortController();
        const many = Array.from({ length: 1_200 }, (_, at) => `note ${at}`);
        const stopped = embedder.embed(many, 'note', controller.signal);
        controller.abort(new Error('enough'));
        await expect(stopped).rejects.toThrow('enough');
        expect(await embedder.embed(['a text'], 'note')).toHaveLength(1);
      }));

    it('answers several at once, each what it asked for', () =>
      using(async embedder => {
        const asked = ['one apple', 'two ships', 'three kings'];
        const together = await Promise.all(asked.map(text => embedder.embed([text], 'note')));
        const alone = await embedder.embed(asked, 'note');
        for (const [at, [vector]] of together.entries()) expect(near(vector, alone[at])).toBeCloseTo(1, 4);
      }));
  });
}

/** The cosine of two vectors of length 1. */
export function near(one: Float32Array | undefined, other: Float32Array | undefined): number {
  if (one === undefined || other === undefined) return Number.NaN;
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}
