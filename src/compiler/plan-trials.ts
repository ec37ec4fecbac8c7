import { checksOf } from '../model/checks.ts';
import type { PhaseWork } from '../model/crew.ts';
import { JUDGEMENT_SCHEMA } from '../model/judgement.ts';
import { lessonRole } from '../model/lesson-role.ts';
import { MAX_LESSON_LENGTH, MAX_QUOTED_LENGTH, MAX_REPLY_TURNS } from '../model/limits.ts';
import type { Bound } from '../model/plan.ts';
import type { Check, Evaluator, Reflection } from '../model/reflection.ts';
import { learnsLessons, showsAttempt } from '../model/strategies.ts';
import { addBounds, NO_COST, timesBound } from './plan-bound.ts';
import type { PlanContext } from './plan-context.ts';
import { earlierLessonBytes } from './plan-memory.ts';
import { boundRole, boundSingleTurns } from './plan-role.ts';

/** A control character takes most bytes in JSON. */
const MOST_BYTES_PER_UNIT = 6;
/** More than the words around lessons, and around what whoever writes one is shown. */
const WORDS_BYTES = 4_000;
const LESSON_BYTES = MAX_LESSON_LENGTH * MOST_BYTES_PER_UNIT;
const ATTEMPT_BYTES = (MAX_QUOTED_LENGTH + MAX_LESSON_LENGTH) * MOST_BYTES_PER_UNIT;
const SHOWN_BYTES = (2 * MAX_QUOTED_LENGTH + MAX_LESSON_LENGTH) * MOST_BYTES_PER_UNIT;

/** What is counted inside a phase, whose attempts may read lessons and the attempt before. Pure. */
export function withLessonBytes(context: PlanContext, reflect: Reflection | undefined): PlanContext {
  const earlier = earlierLessonBytes(reflect, context);
  return { ...context, lessonBytes: context.lessonBytes + readBytes(reflect) + earlier };
}

function readBytes(reflect: Reflection | undefined): number {
  const most = reflect === undefined ? 0 : reflect.trials - 1;
  if (reflect === undefined || most === 0) return 0;
  const window = reflect.window === 'all' ? most : Math.min(most, reflect.window);
  const lessons = learnsLessons(reflect) ? window : 0;
  // Each lesson has its number before it.
  const lessonBytes = lessons === 0 ? 0 : WORDS_BYTES + lessons * (LESSON_BYTES + 10);
  return lessonBytes + (showsAttempt(reflect) ? WORDS_BYTES + ATTEMPT_BYTES : 0);
}

/** Bounds trials: each is worked and judged, and each but the last may leave a lesson. Pure but for the notes. */
export function boundTrials(
  attempt: Bound,
  reflect: Reflection,
  at: { readonly work: PhaseWork; readonly context: PlanContext; readonly path: string },
): Bound {
  const { work, path } = at;
  const judged = addBounds(attempt, boundEvaluation(reflect.evaluator, at));
  const lessons = learnsLessons(reflect) ? reflect.trials - 1 : 0;
  if (lessons === 0) return timesBound(judged, reflect.trials);
  const context = withLessonBytes(at.context, reflect);
  const model = lessonModel(work, context);
  // A model that goes by rules is not asked: what was said of the attempt is its lesson.
  if (context.terms.get(model)?.rules !== undefined) return timesBound(judged, reflect.trials);
  const lesson = boundSingleTurns(context, {
    path,
    name: 'lesson',
    models: [model],
    promptBytes: WORDS_BYTES + SHOWN_BYTES,
  });
  return addBounds(timesBound(judged, reflect.trials), timesBound(lesson, lessons));
}

function lessonModel(work: PhaseWork, { roles, terms }: PlanContext): string {
  const name = lessonRole(work);
  if (name !== undefined && terms.has(`role:${name}`)) return `role:${name}`;
  return roles.find(role => role.name === name)?.model ?? 'default';
}

/** At most all checks are made, one after another. */
function boundEvaluation(
  evaluator: Evaluator,
  at: { readonly context: PlanContext; readonly path: string },
): Bound {
  return checksOf(evaluator)
    .map(check => boundCheck(check, at))
    .reduce(addBounds, NO_COST);
}

/** The role that judges reads the artifact under the name of its phase, but no lessons of its own. */
function boundCheck(
  check: Check,
  { context, path }: { readonly context: PlanContext; readonly path: string },
): Bound {
  switch (check.kind) {
    case 'tool':
      return { ...NO_COST, toolCalls: 1, timeMs: Number.POSITIVE_INFINITY };
    case 'schema':
    case 'expression':
      return NO_COST;
    case 'role': {
      const { role, task } = check;
      const judging = { path, name: 'evaluation', role, task, output: JUDGEMENT_SCHEMA };
      return boundRole(context, { ...judging, maxTurns: MAX_REPLY_TURNS }).bound;
    }
  }
}
