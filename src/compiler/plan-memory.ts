import type { Role } from '../model/crew.ts';
import { MAX_MEMORY_MS, MAX_NOTE_LENGTH } from '../model/limits.ts';
import type { Bound } from '../model/plan.ts';
import { DEFAULT_LESSONS, MAX_DECISIONS } from '../model/recall.ts';
import type { Reflection } from '../model/reflection.ts';
import type { PlanContext } from './plan-context.ts';

/** A note is JSON in a message that is JSON: a control character takes most. */
const MOST_BYTES_PER_UNIT = 7;
/** More than what stands around a note, and around all of them. */
const NOTE_FRAME_BYTES = 1_000;
const WORDS_BYTES = 3_000;
/** The most bytes of one note in a request. */
export const NOTE_BYTES = MAX_NOTE_LENGTH * MOST_BYTES_PER_UNIT + NOTE_FRAME_BYTES;

/** The most bytes that a role's blocks and notes add to each of its requests; 0 where only what is known before counts. Pure. */
export function rolePromptBytes(role: Role, { memory, knownOnly }: PlanContext): number {
  if (role.memory === undefined || memory === undefined || knownOnly) return 0;
  const { blocks, recall } = role.memory;
  const seen = memory.blocks.filter(({ name }) => blocks.includes(name));
  const blockBytes = seen.reduce(
    (sum, block) => sum + block.limit * MOST_BYTES_PER_UNIT + NOTE_FRAME_BYTES,
    0,
  );
  return WORDS_BYTES + blockBytes + recall * NOTE_BYTES;
}

/** The most bytes of lessons of earlier runs that the tasks of a phase carry. Pure. */
export function earlierLessonBytes(
  reflect: Reflection | undefined,
  { memory, roles, knownOnly }: PlanContext,
): number {
  if (reflect === undefined || reflect.lessons === 'off' || memory === undefined || knownOnly) return 0;
  const most = Math.max(DEFAULT_LESSONS, ...roles.map(role => role.memory?.lessons ?? 0));
  return WORDS_BYTES + most * NOTE_BYTES;
}

/** The most bytes of decisions of earlier runs, for whoever decides who works. Pure. */
export function decisionBytes({ memory, knownOnly }: PlanContext): number {
  return memory === undefined || knownOnly ? 0 : WORDS_BYTES + MAX_DECISIONS * NOTE_BYTES;
}

/** A visit with the time in which memory is read before it and written after it; each may take so long, and no longer. Pure. */
export function withMemoryTime(bound: Bound, { memory, roles }: PlanContext): Bound {
  if (memory === undefined) return bound;
  // One recall, one effect for each role, and one for what was learned.
  const times = 2 + roles.filter(role => role.memory !== undefined).length;
  return { ...bound, timeMs: bound.timeMs + times * MAX_MEMORY_MS };
}
