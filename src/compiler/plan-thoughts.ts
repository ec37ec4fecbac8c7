import type { PhaseWork, Role } from '../model/crew.ts';
import { innerTalk } from '../model/inner-talk.ts';
import { MAX_ANSWER_LENGTH, MAX_MEMORY_MS } from '../model/limits.ts';
import type { Bound } from '../model/plan.ts';
import { addBounds, maxBounds, NO_COST, sumBounds } from './plan-bound.ts';
import type { PlanContext } from './plan-context.ts';
import { NOTE_BYTES } from './plan-memory.ts';
import { boundSingleTurns, termsOf } from './plan-role.ts';
import { BYTES_PER_UNIT } from './plan-sizes.ts';

/** More than the words around the notes. */
const WORDS_BYTES = 4_000;
/** The most notes of one role that are rated, the latest notes that are looked at, and those that insights are drawn from. */
const RATED_NOTES = 12;
const LATEST_NOTES = 100;
const FOUND_NOTES = 90;

/**
 * Bounds what a model thinks about a piece of work when it is over: one call that rates its notes, where the stream has a model,
 * and two for insights, where they are drawn. A model that goes by rules is not asked. Pure but for the notes.
 */
export function boundThoughts(work: PhaseWork, context: PlanContext, path: string): Bound {
  const { memory, roles } = context;
  const remembering = roles.filter(role => role.memory !== undefined && workersOf(work).includes(role.name));
  if (memory === undefined || remembering.length === 0) return NO_COST;
  const { model, threshold } = memory.stream;
  const ask = (name: string, models: readonly string[], promptBytes: number): Bound =>
    maxBounds(
      models
        .filter(one => context.terms.get(one)?.rules === undefined)
        .map(one =>
          boundSingleTurns(context, { path, name, models: [one], promptBytes, output: LARGE_SCHEMA }),
        ),
    );
  const rating =
    model === undefined
      ? NO_COST
      : ask('importance', [model], WORDS_BYTES + remembering.length * RATED_NOTES * NOTE_BYTES);
  if (threshold <= 0) return rating;
  const thinkers = model === undefined ? modelsOf(remembering, context) : [model];
  const insights = sumBounds([
    ask('insights', thinkers, WORDS_BYTES + LATEST_NOTES * NOTE_BYTES),
    ask('insights', thinkers, WORDS_BYTES + FOUND_NOTES * NOTE_BYTES + MAX_ANSWER_LENGTH * BYTES_PER_UNIT),
  ]);
  return addBounds(rating, { ...insights, timeMs: insights.timeMs + 3 * MAX_MEMORY_MS });
}

/** Larger than the schemas that thoughts are asked in. */
const LARGE_SCHEMA = { description: ' '.repeat(1_000) };

function modelsOf(roles: readonly Role[], context: PlanContext): readonly string[] {
  const { terms } = context;
  return roles
    .filter(role => termsOf(context, role)?.rules === undefined)
    .map(({ name, model }) => (terms.has(`role:${name}`) ? `role:${name}` : model));
}

function workersOf(work: PhaseWork): readonly string[] {
  if (work.kind === 'role') return [work.role];
  if (work.kind === 'manage') return [work.role, ...work.workers];
  if (work.kind !== 'talk') return [];
  return [...work.roles.filter(name => innerTalk(work, name) === undefined), work.by];
}
