import { CrewError } from '../../src/model/crew-error.ts';
import type { MemoryBlock, MemoryChange, MemoryNote, MemoryProvenance } from '../../src/model/memory.ts';
import type { MemoryStore, NoteFilter, StoredNote } from '../../src/ports/memory-store.ts';

/** A place where one store keeps what it is given; `open` may be called again, also while another one is open, if `shared`. */
export interface StorePlace {
  open(): Promise<MemoryStore>;
  remove(): Promise<void>;
  /** Whether what was written is there after `close`, and for others that have the place open. */
  readonly shared: boolean;
}

/** Who writes in these tests. */
export const BY: MemoryProvenance = {
  runId: 'r1',
  phase: 'fix',
  role: 'fixer',
  key: 'fix/1/memory/1',
  author: 'rule',
};
/** Vectors of three numbers. */
export const EMBEDDER = { id: 'test@1', dims: 3 };
/** The notes of the crew `demo`. */
export const HOME: NoteFilter = { scopes: ['crew:demo'] };
/** A day. */
export const DAY_MS = 86_400_000;
/** When notes are written. */
export const AT = Date.UTC(2026, 4, 6, 7, 8, 9);

/** A note of the crew `demo`, with what a test changes; `id` makes it another one. */
export function noteOf(id: string, changes: Partial<MemoryNote> = {}): MemoryNote {
  return {
    ...BY,
    id,
    scope: 'crew:demo',
    crew: 'demo',
    seq: 1,
    kind: 'observation',
    text: `text of ${id}`,
    gist: '',
    tags: [],
    importance: 0.5,
    trust: 2,
    sources: [],
    evidence: [],
    depth: 0,
    outcome: 'unknown',
    state: 'active',
    hash: `hash of ${id}`,
    seen: 1,
    createdAt: AT,
    lastUsedAt: AT,
    used: 0,
    ...changes,
  };
}

/** A note with its vector, if it has one. */
export const storedNote = (
  id: string,
  changes: Partial<MemoryNote> = {},
  vector?: readonly number[],
): StoredNote =>
  vector === undefined
    ? { note: noteOf(id, changes) }
    : { note: noteOf(id, changes), vector: Float32Array.from(vector) };

/** A block of the crew `demo`, with what a test changes. */
export const blockOf = (label: string, changes: Partial<MemoryBlock> = {}): MemoryBlock => ({
  scope: 'crew:demo',
  label,
  value: 'Be brief.',
  limit: 2000,
  description: 'How we work.',
  readOnly: false,
  version: 1,
  trust: 3,
  updatedAt: AT,
  updatedBy: BY,
  ...changes,
});

/** A change of the note `a`, with what a test changes. */
export const changeOf = (id: string, changes: Partial<MemoryChange> = {}): MemoryChange => ({
  id,
  at: AT,
  by: BY,
  what: 'note',
  target: 'a',
  action: 'write',
  ...changes,
});

/** The ids of what was found, in its order. */
export const ids = (found: readonly (MemoryNote | StoredNote)[]): string[] =>
  found.map(one => ('note' in one ? one.note.id : one.id));

/** The code that something fails with; `none` when it does not. */
export async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
  } catch (error) {
    if (error instanceof CrewError) return error.code;
    throw error;
  }
  return 'none';
}
