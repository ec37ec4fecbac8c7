import type { JsonObject } from '../../model/json.ts';
import type { MemoryNote } from '../../model/memory.ts';

/** A note as tools show it. Pure. */
export function noteRow(note: MemoryNote): JsonObject & { readonly text: string } {
  const { id, kind, text, gist, tags, role, phase, runId, createdAt, importance, trust } = note;
  return {
    ...{ id, kind, text, cut: false, gist, tags: [...tags], role, phase, run: runId },
    at: new Date(createdAt).toISOString(),
    importance: Math.max(1, Math.round(importance * 10)),
    trust,
    ...(note.outcome === 'fail' ? { outcome: 'failed' } : {}),
  };
}

/** The mark of a result that holds words from outside; whoever reads it is not trusted to edit blocks any more. Pure. */
export function untrustedMark(notes: readonly Pick<MemoryNote, 'trust'>[]): { readonly untrusted?: true } {
  return notes.some(({ trust }) => trust === 0) ? { untrusted: true } : {};
}
