import { createStaticEmbedder } from '../../src/embedders/static.ts';
import { ensureEmbedder } from '../../src/memory/ensure-embedder.ts';
import type { OpenMemory } from '../../src/memory/open-memory.ts';
import type { NoteAuthor } from '../../src/memory/prepare-note.ts';
import type { MemoryNote, NewNote } from '../../src/model/memory.ts';
import { freshMemory } from './fresh-memory.ts';

/** Who writes in these tests. */
export const BY: NoteAuthor = {
  ...{ runId: 'run1', phase: 'fix', role: 'fixer', key: 'fix/1', author: 'openai:x', crew: 'demo' },
};
/** Who writes in these tests. */
export const PERSON: NoteAuthor = { ...BY, runId: '', key: '', author: 'person' };

/** A wish for a note. */
export const wish = (key: string, text: string, more: Partial<NewNote> = {}): NewNote => ({
  ...{ key, scope: 'crew:demo', kind: 'fact', text, trust: 2, sources: ['model:x'], ...more },
});
/** A note as it is stored. */
export const noteOf = async ({ store }: OpenMemory, id: string | undefined): Promise<MemoryNote> => {
  const [found] = await store.get([id ?? '']);
  if (found === undefined) throw new Error(`expected a note ${id}`);
  return found.note;
};
/** The notes that can be recalled. */
export const active = ({ store }: OpenMemory, scope = 'crew:demo') =>
  store.find({ scopes: [scope] }, { limit: 1000, order: 'oldest' });
/** A memory with the built-in vectors. */
export const withVectors = async (): Promise<OpenMemory> => {
  const memory = freshMemory({ embedder: createStaticEmbedder() });
  await ensureEmbedder(memory);
  return memory;
};
