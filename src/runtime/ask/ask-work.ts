import { renderTemplate } from '../../expressions/template-evaluate.ts';
import type { ModelAnswer } from '../../model/answers.ts';
import type { AskWork } from '../../model/crew.ts';
import { type CodedFailure, ERROR_CODES } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { JsonValue } from '../../model/json.ts';
import { MAX_PROBLEM_LENGTH } from '../../model/limits.ts';
import { withLessons } from '../../prompts/lessons.ts';
import { completed, failed, type Step } from '../step.ts';
import { modelKey } from '../turns/model-key.ts';
import { startSingleTurn } from '../turns/single-turn.ts';
import { decideTurns, isOfLoop, resumeTurns } from '../turns/turn-loop.ts';
import type { TurnLoop, TurnOutcome } from '../turns/turn-loop-state.ts';
import { valuesRead } from '../turns/values-read.ts';
import type { WorkContext } from '../work-context.ts';
import { decideConclusion, startConclusion } from './ask-conclusion.ts';

/** One of the models, and how it came out once it has. */
interface AskedModel {
  readonly model: string;
  readonly loop: TurnLoop;
  readonly outcome?:
    | { readonly answer: JsonValue; readonly cutOff?: true }
    | { readonly failure: CodedFailure };
}

/** The models in the order of the file; `conclusion` is the summarizer or judge at work on their answers. */
export interface AskState {
  readonly kind: 'ask';
  readonly work: AskWork;
  readonly question: string;
  readonly asked: readonly AskedModel[];
  readonly conclusion?: TurnLoop;
}

/**
 * One prompt to several models at once, as a decider; all are waited for, and a model that fails is no loss while
 * `min_answers` have answered.
 * 1. Without summarizer and vote the artifact is the list of `{ model, answer }` and `{ model, failure }`, in the order
 *    of `models`; a text that was cut off has `cutOff` beside it; `output` is then the schema of each `answer`.
 * 2. With a summarizer the artifact is what it makes of the answers, see `ask-conclusion.ts`.
 * 3. With a vote it is one of the answers, unchanged; `output` is the schema of each.
 * With too few answers it fails with TOO_FEW_ANSWERS, which names what each failed with; but where a model could not be
 * reached (exit code 3), with the code of that, so that the work is held and a resume asks just those models again. Pure.
 */
export function startAsk(work: AskWork, context: WorkContext): Step<AskState> {
  const question = renderTemplate(work.prompt, context.scope);
  const prompt = withLessons(question, context);
  const values = valuesRead(work.prompt, context.scope);
  const isTyped = work.summarizer === undefined || work.vote !== undefined;
  const output = isTyped && work.output !== undefined ? { output: work.output } : {};
  const begun = work.models.map((speaker, index) => {
    const key = `${context.key}/answer-${index + 1}`;
    const model = modelKey(context, speaker);
    return startSingleTurn({ name: work.name, speaker, model, key, prompt, values, ...output }, context);
  });
  const asked = begun.map(({ loop }, index) => ({ model: work.models[index] ?? '', loop }));
  return { state: { kind: 'ask', work, question, asked }, effects: begun.flatMap(step => step.effects) };
}

/** Decides on a fact about one of the models, the summarizer or the judge. Pure. */
export function decideAsk(state: AskState, context: WorkContext, fact: Fact): Step<AskState> {
  const { conclusion } = state;
  if (conclusion !== undefined && isOfLoop(conclusion, fact)) {
    const step = decideTurns(conclusion, context, fact);
    return concluded(state, decideConclusion({ work: state.work, answers: answersOf(state), step }, context));
  }
  const current = state.asked.find(({ loop }) => isOfLoop(loop, fact));
  if (current === undefined) throw new Error(`an ask phase has nobody who did ${fact.type}`);
  const { loop, effects, outcome } = decideTurns(current.loop, context, fact);
  const next = { ...current, loop, ...(outcome === undefined ? {} : { outcome: answerOf(outcome) }) };
  const asked = state.asked.map(each => (each === current ? next : each));
  return after(effects, settle({ ...state, asked }, context));
}

/** Asks those again that could not be reached. Pure. */
export function resumeAsk(state: AskState, context: WorkContext): Step<AskState> {
  if (state.conclusion !== undefined) {
    const { loop, effects } = resumeTurns(state.conclusion, context);
    return { state: { ...state, conclusion: loop }, effects };
  }
  const effects: Effect[] = [];
  const asked = state.asked.map(({ outcome, ...each }): AskedModel => {
    if (outcome === undefined) return each;
    if ('answer' in outcome || !isUnreached(outcome.failure)) return { ...each, outcome };
    const step = resumeTurns(each.loop, context);
    effects.push(...step.effects);
    return { ...each, loop: step.loop };
  });
  return { state: { ...state, asked }, effects };
}

function answerOf(outcome: TurnOutcome): NonNullable<AskedModel['outcome']> {
  if (outcome.type === 'ended') throw new Error('an asked model has no controls that end it');
  if (outcome.type === 'failed') return { failure: outcome.failure };
  return { answer: outcome.artifact, ...(outcome.cutOff === true ? { cutOff: true } : {}) };
}

function isUnreached({ code }: CodedFailure): boolean {
  return ERROR_CODES[code].exitCode === 3;
}

/** What to do once all models have answered or failed. */
function settle(state: AskState, context: WorkContext): Step<AskState> {
  if (state.asked.some(({ outcome }) => outcome === undefined)) return { state, effects: [] };
  const { work, question } = state;
  const answers = answersOf(state);
  const failure = tooFew(state, context);
  if (failure !== undefined) return failed(state, failure);
  if (work.summarizer === undefined && work.vote === undefined) {
    return completed(state, answers as unknown as JsonValue);
  }
  return concluded(state, startConclusion({ work, question, answers }, context));
}

/** Failures as their readers need them: what and why, not longer than a model is told of one. */
function answersOf({ asked }: AskState): readonly ModelAnswer[] {
  return asked.flatMap(({ model, outcome }): ModelAnswer[] => {
    if (outcome === undefined) return [];
    if ('answer' in outcome) return [{ model, ...outcome }];
    const { code, message } = outcome.failure;
    return [{ model, failure: { code, message: message.slice(0, MAX_PROBLEM_LENGTH).toWellFormed() } }];
  });
}

function tooFew({ work, asked }: AskState, { place }: WorkContext): CodedFailure | undefined {
  const failures = asked.flatMap(({ model, outcome }) =>
    outcome !== undefined && 'failure' in outcome ? [{ model, failure: outcome.failure }] : [],
  );
  const answered = asked.length - failures.length;
  if (answered >= work.minAnswers) return undefined;
  const reasons = failures.map(({ model, failure }) => `\`${model}\`: ${failure.code}, ${failure.message}`);
  const message = `\`${place}\` needs ${work.minAnswers} ${work.minAnswers === 1 ? 'answer' : 'answers'} and got ${answered}; ${reasons.join('; ')}`;
  const unreached = failures.find(({ failure }) => isUnreached(failure))?.failure;
  if (unreached === undefined) return { code: 'TOO_FEW_ANSWERS', message };
  return failures.length === 1 ? unreached : { ...unreached, message };
}

function concluded(state: AskState, step: ReturnType<typeof startConclusion>): Step<AskState> {
  const { loop, effects, outcome } = step;
  const next = loop === undefined ? state : { ...state, conclusion: loop };
  return { state: next, effects, ...(outcome === undefined ? {} : { outcome }) };
}

function after(effects: readonly Effect[], step: Step<AskState>): Step<AskState> {
  return { ...step, effects: [...effects, ...step.effects] };
}
