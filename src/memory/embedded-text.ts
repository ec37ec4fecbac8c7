import type { MemoryNote } from '../model/memory.ts';

/** What the vector of a note is of: what it means and what it says. The same for every embedder. Pure. */
export function embeddedText({ text, gist }: Pick<MemoryNote, 'text' | 'gist'>): string {
  return gist === '' || text.includes(gist) ? text : `${gist}\n${text}`;
}
