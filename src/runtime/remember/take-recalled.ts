import type { Fact } from '../../model/fact.ts';
import type { RecalledNote, RecalledRole } from '../../model/recall.ts';
import type { RememberedNote, RunEvent } from '../../model/run-event.ts';

/** What came of the wish to be reminded. */
export type RecallFact = Extract<Fact, { type: 'memory.recalled' | 'memory.failed' }>;

/** What watchers are told when work was reminded of something, or could not be. Pure. */
export function recalledEvents(fact: RecallFact, phase: string): readonly RunEvent[] {
  const { at } = fact;
  if (fact.type === 'memory.failed') return [{ at, type: 'memory.failed', phase, failure: fact.failure }];
  const { version, roles, remarks } = fact.recalled;
  const told: RunEvent = {
    at,
    type: 'memory.recalled',
    phase,
    version,
    notes: roles.flatMap(rememberedNotes),
    blocks: roles.flatMap(({ role, blocks }) =>
      blocks.map(({ label, version: changed }) => ({ role, label, version: changed })),
    ),
    remarks,
  };
  const used = roles.flatMap(({ lessons }) =>
    lessons.map(({ id, text: lesson, ...note }): RunEvent => {
      return { at, type: 'lesson.used', phase, id, lesson, why: whyRecalled(note) };
    }),
  );
  return [told, ...used];
}

function rememberedNotes({ role, notes, decisions = [] }: RecalledRole): readonly RememberedNote[] {
  return [...notes, ...decisions].map(({ id, kind, gist, ...note }) => ({
    role,
    id,
    kind,
    gist,
    why: whyRecalled(note),
  }));
}

/** How many parts of a score are told. */
const TOLD_PARTS = 3;

/** Why a note was chosen, by the parts of its score that weigh most: `lexical 0.83, vector 0.4`. Pure. */
function whyRecalled({ parts }: Pick<RecalledNote, 'parts'>): string {
  // Where the scale begins says nothing about this note.
  const rows = Object.entries(parts).filter(([part, value]) => value !== 0 && part !== 'floor');
  const heaviest = rows.toSorted(([, left], [, right]) => Math.abs(right) - Math.abs(left));
  return heaviest
    .slice(0, TOLD_PARTS)
    .map(([part, value]) => `${part} ${Math.round(value * 100) / 100}`)
    .join(', ');
}
