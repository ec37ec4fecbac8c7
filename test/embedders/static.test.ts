import { describe, expect, it } from 'vitest';
import { createStaticEmbedder } from '../../src/embedders/static.ts';
import { near } from '../contracts/embedder.ts';
import { fc } from '../laws.ts';

const embedder = createStaticEmbedder();

async function cosine(one: string, other: string): Promise<number> {
  const [a, b] = await embedder.embed([one, other], 'note');
  return near(a, b);
}

describe('static vectors', () => {
  it('are those of this version: another result needs another id', async () => {
    const [vector] = await embedder.embed(['The reviewer found a memory leak in parser42'], 'note');
    const shown = [...(vector ?? [])].slice(0, 4).map(value => Number(value.toFixed(4)));
    expect([embedder.id, embedder.dims, shown]).toMatchInlineSnapshot(`
      [
        "static@1",
        100,
        [
          -0.0831,
          0.031,
          0.0975,
          -0.1064,
        ],
      ]
    `);
  });

  it.each([
    ['The dog chased a ball', 'A puppy ran after the toy', 'Interest rates were raised by the bank'],
    ['The server crashed at night', 'Our database went down yesterday', 'She baked bread for breakfast'],
    ['He is a doctor', 'The physician works in a hospital', 'The guitar needs new strings'],
  ])('lie nearer for "%s" and "%s" than for "%s"', async (text, alike, apart) => {
    expect(await cosine(text, alike)).toBeGreaterThan((await cosine(text, apart)) + 0.1);
  });

  it('do not change with case, frequent words and the ending of a possessive', async () => {
    expect(await cosine("The parser's errors", 'parser ERRORS')).toBeCloseTo(1, 5);
  });

  it('tell names apart that no dictionary knows', async () => {
    expect(await cosine('qxv7f zzkw', 'qxv7f zzkw')).toBeCloseTo(1, 5);
    expect(Math.abs(await cosine('qxvf', 'zzkw'))).toBeLessThan(0.5);
  });

  it('do not depend on what stands beside a text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
        fc.string(),
        async (beside, text) => {
          const [alone] = await embedder.embed([text], 'note');
          const together = await embedder.embed([...beside, text], 'query');
          expect(together.at(-1)).toEqual(alone);
        },
      ),
    );
  });
});
