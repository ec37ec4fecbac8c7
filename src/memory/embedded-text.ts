import type { MemoryNote } from '../model/memory.ts';

/**
 * What the vector of a note is of: who wrote it, what it means and what it says. The same for every embedder. Without the
 * role, questions that name it are worse answered (recall@10 of vectors alone 0.385 against 0.418). Pure.
 */
export function embeddedText({ role, text, gist }: Pick<MemoryNote, 'role' | 'text' | 'gist'>): string {
  const said = gist === '' || text.includes(gist) ? text : `${gist}\n${text}`;
  return role === '' ? said : `${role.replaceAll('_', ' ')}: ${said}`;
}
