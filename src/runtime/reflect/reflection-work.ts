import type { PhaseWork, Reflection } from '../../model/crew.ts';
import { CrewError, ERROR_CODES } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { JsonObject } from '../../model/json.ts';
import { lessonRole } from '../../model/lesson-role.ts';
import { MAX_LESSON_LENGTH } from '../../model/limits.ts';
import { buildLessonPrompt } from '../../prompts/lesson-prompt.ts';
import type { TrialRecord } from '../run-state.ts';
import { type Delivered, failed, type Step } from '../step.ts';
import { modelKey, modelOfRole } from '../turns/model-key.ts';
import { roleOf } from '../turns/role-turns.ts';
import { startSingleTurn } from '../turns/single-turn.ts';
import { taskText } from '../turns/task-text.ts';
import { toolEnded } from '../turns/tool-ended.ts';
import { decideTurns, resumeTurns } from '../turns/turn-loop.ts';
import type { TurnLoop, TurnOutcome } from '../turns/turn-loop-state.ts';
import type { WorkContext } from '../work-context.ts';
import { beginEvaluation, roleVerdict, toolVerdict, type Verdict } from './evaluate-trial.ts';

/** An attempt that is to be judged, and what is known of the trials before it. */
interface Trial extends Delivered {
  readonly work: PhaseWork & { readonly reflect?: Reflection };
  readonly record: TrialRecord;
}

/**
 * How far the judging of a trial is. Until there is a `verdict`, `loop` is the judging role's; then it is that of whoever
 * writes the lesson. `calls` counts how often a tool was called for the verdict.
 */
export interface ReflectionState extends Trial {
  readonly kind: 'reflection';
  readonly calls: number;
  readonly loop?: TurnLoop;
  readonly verdict?: Verdict;
}

/**
 * Judges the artifact of one trial of a phase with `reflect`, as a decider (Reflexion).
 * 1. What passes is the artifact of the phase.
 * 2. What does not pass leaves a lesson, which the model of the phase's own role writes, and the next trial begins; when
 *    that call fails for good, or the model goes by rules, what the evaluation said is the lesson.
 * 3. When the trials are used up, the one that is to be kept is the artifact: the last one, or the one with the best
 *    score, of equal ones the later.
 * An evaluator that fails is the failure of the phase; a model that cannot be reached holds it. Pure.
 */
export function startReflection(trial: Trial, context: WorkContext): Step<ReflectionState> {
  return evaluate({ kind: 'reflection', ...trial, calls: 0 }, context);
}

/** Decides on a fact about one of the judging's effects. Pure. */
export function decideReflection(
  state: ReflectionState,
  context: WorkContext,
  fact: Fact,
): Step<ReflectionState> {
  if (state.loop === undefined) return decideEvaluation(state, context, fact);
  const { loop, effects, outcome } = decideTurns(state.loop, context, fact);
  const next = { ...state, loop };
  if (outcome === undefined) return { state: next, effects };
  const step = state.verdict === undefined ? judge(next, context, outcome) : learn(next, context, outcome);
  return after(effects, step);
}

/** Goes on with judging that was held: the same call is made again. Pure. */
export function resumeReflection(state: ReflectionState, context: WorkContext): Step<ReflectionState> {
  if (state.loop === undefined) return evaluate(state, context);
  const { loop, effects } = resumeTurns(state.loop, context);
  return { state: { ...state, loop }, effects };
}

function evaluate(state: ReflectionState, context: WorkContext): Step<ReflectionState> {
  return orFailed(state, () => {
    const next = { ...state, calls: state.calls + 1 };
    const call = next.calls === 1 ? `${context.key}/evaluation` : `${context.key}/evaluation-${next.calls}`;
    const scope = judgedScope(state, context);
    const evaluation = beginEvaluation(reflectOf(state).evaluator, state.artifact, {
      ...context,
      scope,
      call,
    });
    if ('verdict' in evaluation) return conclude(next, context, evaluation.verdict);
    const { effects, loop } = evaluation;
    return { state: loop === undefined ? next : { ...next, loop }, effects };
  });
}

function decideEvaluation(state: ReflectionState, context: WorkContext, fact: Fact): Step<ReflectionState> {
  const { evaluator } = reflectOf(state);
  const isTool = fact.type === 'tool.returned' || fact.type === 'tool.failed';
  if (evaluator.kind !== 'tool' || !isTool) throw new Error(`a reflection cannot decide on ${fact.type}`);
  const ended = [toolEnded(context, evaluator.tool, fact)];
  if (fact.type === 'tool.failed') return failed(state, fact.failure, ended);
  const step = orFailed(state, () =>
    conclude(state, context, toolVerdict(evaluator, fact.value, judgedScope(state, context))),
  );
  return after(ended, step);
}

function judge(state: ReflectionState, context: WorkContext, outcome: TurnOutcome): Step<ReflectionState> {
  if (outcome.type === 'ended') throw new Error('a judge has no controls that end it');
  if (outcome.type === 'failed') return failed(state, outcome.failure);
  return orFailed(state, () => conclude(state, context, roleVerdict(outcome.artifact as unknown as Verdict)));
}

/** Takes the artifact, or the one that is kept, or begins to write the lesson for the next trial. */
function conclude(state: ReflectionState, context: WorkContext, verdict: Verdict): Step<ReflectionState> {
  const { at, place: phase } = context;
  const { trial } = state.record;
  const event = { at, type: 'trial.judged', phase, trial, ...verdict } as const;
  const judged: Effect = { type: 'event.publish', event };
  if (verdict.passed) return accepted(state, deliveredOf(state), judged);
  const next = { ...state, verdict };
  if (trial >= reflectOf(state).trials) {
    const kept = keptOf(next, verdict);
    const last: Effect = { type: 'event.publish', event: { ...event, kept: kept.trial } };
    return accepted(next, deliveredOf(kept), last);
  }
  const role = lessonRole(state.work);
  const model =
    role === undefined ? modelKey(context, 'default') : modelOfRole(context, roleOf(context, role));
  if (context.terms[model]?.rules !== undefined) {
    return after([judged], taught(next, context, { verdict, text: verdict.feedback }));
  }
  const prompt = buildLessonPrompt({
    task: taskText(state.work, context.scope),
    attempt: typeof state.artifact === 'string' ? state.artifact : JSON.stringify(state.artifact, null, 2),
    feedback: verdict.feedback,
    lessons: context.lessons,
  });
  const { loop, effects } = startSingleTurn(
    { name: 'lesson', speaker: 'lesson', model, key: `${context.key}/lesson`, prompt, values: {} },
    context,
  );
  return { state: { ...next, loop }, effects: [judged, ...effects] };
}

function learn(state: ReflectionState, context: WorkContext, outcome: TurnOutcome): Step<ReflectionState> {
  if (outcome.type === 'ended') throw new Error('who writes a lesson has no controls that end it');
  const { verdict } = state;
  if (verdict === undefined) throw new Error('a lesson is learned from a verdict');
  if (outcome.type === 'failed' && ERROR_CODES[outcome.failure.code].exitCode === 3) {
    return failed(state, outcome.failure);
  }
  const text = outcome.type === 'failed' ? verdict.feedback : outcome.text;
  return taught(state, context, { verdict, text });
}

/** The next trial begins with the lesson. */
function taught(
  state: ReflectionState,
  context: WorkContext,
  { verdict, text }: { readonly verdict: Verdict; readonly text: string },
): Step<ReflectionState> {
  const lesson = text.trim().slice(0, MAX_LESSON_LENGTH).toWellFormed();
  const { at, place: phase } = context;
  const { trial } = state.record;
  const event = { at, type: 'lesson.learned', phase, trial, lesson } as const;
  const outcome = { type: 'again', lesson, kept: keptOf(state, verdict) } as const;
  return { state, effects: [{ type: 'event.publish', event }], outcome };
}

/** The trial that counts so far. */
function keptOf(state: ReflectionState, { score }: Verdict): NonNullable<TrialRecord['kept']> {
  const { kept, trial } = state.record;
  const isBetter = kept !== undefined && kept.score > score;
  return isBetter && reflectOf(state).keep === 'best' ? kept : { ...deliveredOf(state), trial, score };
}

function deliveredOf({ artifact, thread }: Delivered): Delivered {
  return { artifact, ...(thread === undefined ? {} : { thread }) };
}

function accepted(state: ReflectionState, delivered: Delivered, judged: Effect): Step<ReflectionState> {
  return { state, effects: [judged], outcome: { type: 'completed', ...delivered } };
}

/** What is judged stands under the name of its phase, and so does what was said in it. */
function judgedScope({ work, artifact, thread }: ReflectionState, { scope }: WorkContext): JsonObject {
  const judged = { ...scope, [work.name]: artifact };
  if (thread === undefined) return judged;
  const run = scope.run as JsonObject;
  const talks = { ...(run.talks as JsonObject), [work.name]: thread };
  return { ...judged, run: { ...run, talks } };
}

function reflectOf({ work }: ReflectionState): Reflection {
  if (work.reflect === undefined) throw new Error(`phase ${work.name} has no reflect`);
  return work.reflect;
}

/** Templates and arguments that cannot be worked out are the failure of the phase. */
function orFailed(state: ReflectionState, step: () => Step<ReflectionState>): Step<ReflectionState> {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return failed(state, error.toFailure());
  }
}

function after(effects: readonly Effect[], step: Step<ReflectionState>): Step<ReflectionState> {
  return { ...step, effects: [...effects, ...step.effects] };
}
