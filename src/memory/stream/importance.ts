import type { NewNote, NoteKind } from '../../model/memory.ts';

/** How much each kind of note counts where nobody rated it. */
const BY_KIND = {
  decision: 0.7,
  insight: 0.7,
  lesson: 0.8,
  fact: 0.6,
  plan: 0.5,
  summary: 0.4,
  observation: 0.4,
  message: 0.2,
} as const satisfies { readonly [Kind in NoteKind]: number };

const FAILED = 0.8;
const TOOL_LOG = 0.2;

/**
 * How important a note is, 0..1, by rule: something that failed 0.8, a lesson 0.8, a decision 0.7, a fact 0.6, a plan 0.5
 * (as in the reference code of Generative Agents), what only a tool said 0.2, other observations 0.4. Pure.
 */
export function importanceByRule(note: Pick<NewNote, 'kind' | 'outcome' | 'sources'>): number {
  if (note.kind === 'observation' && note.outcome === 'fail') return FAILED;
  const onlyTools = note.sources.length > 0 && note.sources.every(source => source.startsWith('tool:'));
  if (note.kind === 'observation' && onlyTools) return TOOL_LOG;
  return BY_KIND[note.kind];
}
