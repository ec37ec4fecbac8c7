import type { MemoryBlock } from '../../model/memory.ts';
import { loadRetrieval } from '../wire-memory.ts';

/** A block that holds words that are looked for, with the line that holds most of them. */
export interface FoundBlock {
  readonly block: MemoryBlock;
  readonly line: string;
}

/** The blocks that hold a word of a text, in their text, name or description; those with more of its words first. */
export async function blocksAbout(
  blocks: readonly MemoryBlock[],
  text: string,
): Promise<readonly FoundBlock[]> {
  const { wordsOf, stopWords } = await loadRetrieval();
  const wanted = [...wordsOf(text)].filter(word => !stopWords.has(word));
  const shared = (part: string): number => {
    const words = wordsOf(part);
    return wanted.filter(word => words.has(word)).length;
  };
  const found = blocks.flatMap(block => {
    const { label, description, value } = block;
    const count = shared(`${label.replaceAll('_', ' ')} ${description} ${value}`);
    if (count === 0) return [];
    const lines = value.split('\n').toSorted((one, other) => shared(other) - shared(one));
    return [{ block, count, line: lines[0] ?? '' }];
  });
  return found.toSorted((one, other) => other.count - one.count).map(({ block, line }) => ({ block, line }));
}
