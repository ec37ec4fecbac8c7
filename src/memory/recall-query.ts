import type { MemoryScope, NoteKind, Trust } from '../model/memory.ts';
import type { RecallScoring } from '../model/recall.ts';

/** What is looked for. `limit` counts notes, `maxTokens` (see `recalledTokens`) is what all of them may take. */
export interface RecallQuery {
  readonly text: string;
  /** Nothing outside of these is ever found. */
  readonly scopes: readonly MemoryScope[];
  readonly limit: number;
  readonly maxTokens: number;
  /** Absent: all but lessons and messages, which are asked for by name. */
  readonly kinds?: readonly NoteKind[];
  /** Absent: that of the settings. */
  readonly scoring?: RecallScoring;
  readonly minTrust?: Trust;
  /** Names of roles; the notes of the only one that the text names are preferred. Absent: whoever wrote what was found. */
  readonly authors?: readonly string[];
}

/** Kinds that are found when none are named. */
export const RECALLED_KINDS: readonly NoteKind[] = [
  'observation',
  'insight',
  'plan',
  'decision',
  'fact',
  'summary',
];
