import { randomUUID } from 'node:crypto';
import type { Table as ArrowTable } from 'apache-arrow';
import type { MemoryNote } from '../../model/memory.ts';
import type { StoredNote } from '../../ports/memory-store.ts';
import { searchText } from '../search-text.ts';
import { narrowed, type VectorColumn, widened } from './vector-column.ts';

/** A row of `notes` for writing. */
export type NoteRow = { readonly [column: string]: unknown };

/** A note as it was read, with the name of its writing. */
export interface ReadNote extends StoredNote {
  readonly rev: string;
  readonly score: number;
}

/** The row of a note, as a new writing of it; `was` is the one that it was made from, '' for none. */
export function noteRow({ note, vector }: StoredNote, column: VectorColumn | undefined, was = ''): NoteRow {
  return {
    id: note.id,
    scope: note.scope,
    crew: note.crew,
    seq: note.seq,
    kind: note.kind,
    state: note.state,
    run_id: note.runId,
    phase: note.phase,
    role: note.role,
    hash: note.hash,
    trust: note.trust,
    created_at: note.createdAt,
    expires_at: note.expiresAt ?? null,
    tags: note.tags,
    sources: note.sources,
    evidence: note.evidence,
    search_text: searchText(note),
    json: JSON.stringify(note),
    rev: randomUUID(),
    was,
    ...(column === undefined ? {} : { [column.name]: vector === undefined ? null : widened(vector, column) }),
  };
}

/** Notes out of what a query gave; what was not selected is left out. `score` is 0 where nothing was searched. Pure. */
export function readNotes(table: ArrowTable, column: VectorColumn | undefined): readonly ReadNote[] {
  const json = table.getChild('json');
  const revs = table.getChild('rev');
  const vectors = column === undefined ? null : table.getChild(column.name);
  const words = table.getChild('_score');
  const distances = table.getChild('_distance');
  return Array.from({ length: table.numRows }, (_, at) => {
    const note: MemoryNote = JSON.parse(String(json?.get(at)));
    const values = vectors?.get(at)?.toArray();
    const distance = distances?.get(at);
    const score = typeof distance === 'number' ? 1 - distance : Number(words?.get(at) ?? 0);
    const rest = { note, rev: String(revs?.get(at) ?? ''), score };
    return values instanceof Float32Array && column !== undefined
      ? { ...rest, vector: narrowed(values, column) }
      : rest;
  });
}
