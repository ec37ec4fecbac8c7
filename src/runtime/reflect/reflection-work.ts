import { checksOf } from '../../model/checks.ts';
import type { PhaseWork } from '../../model/crew.ts';
import { CrewError, ERROR_CODES } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { JsonObject } from '../../model/json.ts';
import { lessonRole } from '../../model/lesson-role.ts';
import { MAX_LESSON_LENGTH, MAX_QUOTED_LENGTH } from '../../model/limits.ts';
import type { Check, Reflection } from '../../model/reflection.ts';
import { learnsLessons, showsAttempt } from '../../model/strategies.ts';
import { buildLessonPrompt } from '../../prompts/lesson-prompt.ts';
import type { TrialRecord } from '../run-state.ts';
import { type Delivered, failed, type KeptTrial, type Step } from '../step.ts';
import { modelKey, modelOfRole } from '../turns/model-key.ts';
import { roleOf } from '../turns/role-turns.ts';
import { startSingleTurn } from '../turns/single-turn.ts';
import { taskText } from '../turns/task-text.ts';
import { toolEnded } from '../turns/tool-ended.ts';
import { decideTurns, resumeTurns } from '../turns/turn-loop.ts';
import type { TurnLoop, TurnOutcome } from '../turns/turn-loop-state.ts';
import type { WorkContext } from '../work-context.ts';
import { roleVerdict, startCheck, toolVerdict, type Verdict } from './run-check.ts';
import {
  type CheckVerdict,
  compareTrials,
  nextCheck,
  sumVerdicts,
  type TrialVerdict,
} from './sum-verdicts.ts';

/** An attempt that is to be judged, and what is known of the trials before it. */
interface Trial extends Delivered {
  readonly work: PhaseWork & { readonly reflect?: Reflection };
  readonly record: TrialRecord;
}

/**
 * How far the judging of a trial is. `done` are the checks that were made, `current` is the one under way and `calls` counts
 * how often its tool was called. Until there is a `verdict`, `loop` is a judging role's; then it is that of whoever writes
 * the lesson.
 */
export interface ReflectionState extends Trial {
  readonly kind: 'reflection';
  readonly done: readonly CheckVerdict[];
  readonly current: number;
  readonly calls: number;
  readonly loop?: TurnLoop;
  readonly verdict?: TrialVerdict;
}

/**
 * Judges the artifact of one trial of a phase with `reflect`, as a decider (Reflexion).
 * 1. What passes all checks is the artifact of the phase. Checks are made one after another, opinions last, and not when
 *    something else did not pass.
 * 2. What does not pass leaves to the next trial what the `strategy` says: a lesson, which the model of the phase's own role
 *    writes, the attempt with what was said of it, both, or nothing. When the call for a lesson fails for good, or the model
 *    goes by rules, what the evaluation said is the lesson.
 * 3. When the trials are used up, the one that is to be kept is the artifact: the last one, or the best one, of equally good
 *    ones the earliest (in programs that say no strategy, the latest).
 * An evaluator that fails is the failure of the phase; a model that cannot be reached holds it. Pure.
 */
export function startReflection(trial: Trial, context: WorkContext): Step<ReflectionState> {
  const { evaluator } = reflectOf(trial);
  const current = nextCheck(evaluator, []) ?? 0;
  return evaluate({ kind: 'reflection', ...trial, done: [], current, calls: 0 }, context);
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
    const started = startCheck(checkOf(state), state.artifact, {
      ...context,
      scope: judgedScope(state, context),
      ...keysOf(next, context),
    });
    if ('verdict' in started) return take(next, context, started.verdict);
    const { effects, loop } = started;
    return { state: loop === undefined ? next : { ...next, loop }, effects };
  });
}

/** Keys of a single check are those of before there were lists. */
function keysOf(
  { current, calls, work }: ReflectionState,
  { key }: WorkContext,
): { readonly call: string; readonly judge: string } {
  const isList = work.reflect?.evaluator.kind === 'all';
  const again = calls > 1 ? `-${calls}` : '';
  const number = isList ? `-${current + 1}` : '';
  return {
    call: isList ? `${key}/check${number}/call${again}` : `${key}/evaluation${again}`,
    judge: `${key}/judge${number}`,
  };
}

/** Takes what one check said and goes on with the next one, or with all of them together. */
function take(state: ReflectionState, context: WorkContext, verdict: Verdict): Step<ReflectionState> {
  const { evaluator } = reflectOf(state);
  const { loop: _judged, ...rest } = state;
  const done = [...state.done, { ...verdict, index: state.current }];
  const current = nextCheck(evaluator, done);
  if (current !== undefined) return evaluate({ ...rest, done, current, calls: 0 }, context);
  return conclude({ ...rest, done }, context, sumVerdicts(evaluator, done));
}

function decideEvaluation(state: ReflectionState, context: WorkContext, fact: Fact): Step<ReflectionState> {
  const check = checkOf(state);
  const isTool = fact.type === 'tool.returned' || fact.type === 'tool.failed';
  if (check.kind !== 'tool' || !isTool) throw new Error(`a reflection cannot decide on ${fact.type}`);
  const ended = [toolEnded(context, check.tool, fact)];
  if (fact.type === 'tool.failed') return failed(state, fact.failure, ended);
  const step = orFailed(state, () =>
    take(state, context, toolVerdict(check, fact.value, judgedScope(state, context))),
  );
  return after(ended, step);
}

function judge(state: ReflectionState, context: WorkContext, outcome: TurnOutcome): Step<ReflectionState> {
  if (outcome.type === 'ended') throw new Error('a judge has no controls that end it');
  if (outcome.type === 'failed') return failed(state, outcome.failure);
  return orFailed(state, () => take(state, context, roleVerdict(outcome.artifact as unknown as Verdict)));
}

/** Takes the artifact, or the one that is kept, or begins to write the lesson for the next trial. */
function conclude(
  state: ReflectionState,
  context: WorkContext,
  verdict: TrialVerdict,
): Step<ReflectionState> {
  const { at, place: phase } = context;
  const { trial } = state.record;
  const reflect = reflectOf(state);
  const { passed, score, feedback, checks } = verdict;
  const told = isOlder(reflect) ? {} : { checks };
  const event = { at, type: 'trial.judged', phase, trial, passed, score, feedback, ...told } as const;
  const judged: Effect = { type: 'event.publish', event };
  if (passed) return accepted(state, deliveredOf(state), judged);
  const next = { ...state, verdict };
  if (trial >= reflect.trials) {
    const kept = keptOf(next, verdict);
    const last: Effect = { type: 'event.publish', event: { ...event, kept: kept.trial } };
    return accepted(next, deliveredOf(kept), last);
  }
  return after([judged], leave(next, context, verdict));
}

/** What the attempt leaves to the next one. */
function leave(state: ReflectionState, context: WorkContext, verdict: TrialVerdict): Step<ReflectionState> {
  const reflect = reflectOf(state);
  if (!learnsLessons(reflect)) return again(state, verdict, { effects: [] });
  const role = lessonRole(state.work);
  const model =
    role === undefined ? modelKey(context, 'default') : modelOfRole(context, roleOf(context, role));
  if (context.terms[model]?.rules !== undefined) {
    return taught(state, context, { verdict, text: verdict.feedback });
  }
  const prompt = buildLessonPrompt({
    task: taskText(state.work, context.scope),
    attempt: textOf(state.artifact),
    feedback: verdict.feedback,
    lessons: [...(context.earlier ?? []).map(({ text }) => text), ...context.lessons],
    ...(isOlder(reflect) ? {} : { checks: failedChecks(verdict) }),
    isShown: showsAttempt(reflect),
  });
  const { loop, effects } = startSingleTurn(
    { name: 'lesson', speaker: 'lesson', model, key: `${context.key}/lesson`, prompt, values: {} },
    context,
  );
  return { state: { ...state, loop }, effects };
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
  { verdict, text }: { readonly verdict: TrialVerdict; readonly text: string },
): Step<ReflectionState> {
  const lesson = text.trim().slice(0, MAX_LESSON_LENGTH).toWellFormed();
  const { at, place: phase } = context;
  const { trial } = state.record;
  const answers = isOlder(reflectOf(state)) ? {} : { answers: failedChecks(verdict) };
  const event = { at, type: 'lesson.learned', phase, trial, lesson, ...answers } as const;
  return again(state, verdict, { lesson, effects: [{ type: 'event.publish', event }] });
}

/** The next trial begins. */
function again(
  state: ReflectionState,
  verdict: TrialVerdict,
  { lesson, effects }: { readonly lesson?: string; readonly effects: readonly Effect[] },
): Step<ReflectionState> {
  const attempt = textOf(state.artifact).slice(0, MAX_QUOTED_LENGTH).toWellFormed();
  const outcome = {
    type: 'again',
    ...(lesson === undefined ? {} : { lesson }),
    ...(showsAttempt(reflectOf(state)) ? { last: { attempt, feedback: verdict.feedback } } : {}),
    kept: keptOf(state, verdict),
  } as const;
  return { state, effects, outcome };
}

/** The trial that counts so far. */
function keptOf(state: ReflectionState, { score, rank }: TrialVerdict): KeptTrial {
  const { kept, trial } = state.record;
  const reflect = reflectOf(state);
  const own = { ...deliveredOf(state), trial, score, ...(rank === undefined ? {} : { rank }) };
  if (kept === undefined || reflect.keep === 'last') return own;
  const better = compareTrials(kept, own);
  return better > 0 || (better === 0 && !isOlder(reflect)) ? kept : own;
}

function failedChecks({ checks }: TrialVerdict): readonly string[] {
  return checks.filter(({ passed }) => !passed).map(({ name }) => name);
}

/** Runs of programs from before there were strategies must be read as they were. */
function isOlder({ strategy }: Reflection): boolean {
  return strategy === undefined;
}

function textOf(artifact: Delivered['artifact']): string {
  return typeof artifact === 'string' ? artifact : JSON.stringify(artifact, null, 2);
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

function checkOf(state: ReflectionState): Check {
  const check = checksOf(reflectOf(state).evaluator)[state.current];
  if (check === undefined) throw new Error(`phase ${state.work.name} has no check ${state.current}`);
  return check;
}

function reflectOf({ work }: Pick<ReflectionState, 'work'>): Reflection {
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
