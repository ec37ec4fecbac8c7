import { renderTemplate } from '../../expressions/template-evaluate.ts';
import type { ChainWork } from '../../model/crew.ts';
import { CrewError } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { JsonObject } from '../../model/json.ts';
import { withLessons } from '../../prompts/lessons.ts';
import { completed, failed, type Step } from '../step.ts';
import { modelKey } from '../turns/model-key.ts';
import { startSingleTurn } from '../turns/single-turn.ts';
import { decideTurns, resumeTurns } from '../turns/turn-loop.ts';
import type { TurnLoop } from '../turns/turn-loop-state.ts';
import { valuesRead } from '../turns/values-read.ts';
import type { WorkContext } from '../work-context.ts';

/** The responses of the steps before the one at work, in order. */
export interface ChainState {
  readonly kind: 'chain';
  readonly work: ChainWork;
  readonly responses: readonly string[];
  readonly loop: TurnLoop;
}

/**
 * Prompts one after another, as a decider. Each step is a fresh conversation with its model, without tools; its prompt
 * may read `previous_response` and the responses of all earlier steps by their names. The response of the last step is
 * the artifact, and only it has to fit `output`. A step that fails is the failure of the chain; where its model could
 * not be reached, a resume goes on with that step. Pure.
 */
export function startChain(work: ChainWork, context: WorkContext): Step<ChainState> {
  const { loop, effects } = beginStep(work, [], context);
  return { state: { kind: 'chain', work, responses: [], loop }, effects };
}

/** Decides on a fact about the step at work. Pure. */
export function decideChain(state: ChainState, context: WorkContext, fact: Fact): Step<ChainState> {
  const { loop, effects, outcome } = decideTurns(state.loop, context, fact);
  const next = { ...state, loop };
  if (outcome === undefined) return { state: next, effects };
  if (outcome.type === 'ended') throw new Error('a step of a chain has no controls that end it');
  if (outcome.type === 'failed') return failed(next, outcome.failure, effects);
  const responses = [...state.responses, outcome.text];
  if (responses.length === state.work.steps.length) return completed(next, outcome.artifact, effects);
  return nextStep({ ...next, responses }, context, effects);
}

/** Sends the call of the step at work again. Pure. */
export function resumeChain(state: ChainState, context: WorkContext): Step<ChainState> {
  const { loop, effects } = resumeTurns(state.loop, context);
  return { state: { ...state, loop }, effects };
}

/** A prompt that cannot be rendered in the middle of the work is the failure of the work. */
function nextStep(state: ChainState, context: WorkContext, before: readonly Effect[]): Step<ChainState> {
  try {
    const { loop, effects } = beginStep(state.work, state.responses, context);
    return { state: { ...state, loop }, effects: [...before, ...effects] };
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return failed(state, error.toFailure(), before);
  }
}

function beginStep(work: ChainWork, responses: readonly string[], context: WorkContext) {
  const index = responses.length;
  const step = work.steps[index];
  if (step === undefined) throw new Error(`the chain ${work.name} has no step ${index + 1}`);
  const scope = { ...context.scope, ...said(work, responses) };
  const prompt = withLessons(renderTemplate(step.promptTemplate, scope), context);
  const isLast = index === work.steps.length - 1;
  const options = {
    name: isLast ? work.name : step.name,
    speaker: step.name,
    model: modelKey(context, step.model),
    key: `${context.key}/step-${index + 1}`,
    prompt,
    values: valuesRead(step.promptTemplate, scope),
    ...(isLast && work.output !== undefined ? { output: work.output } : {}),
  };
  return startSingleTurn(options, context);
}

/** What the earlier steps have said, under the names that a prompt knows. */
function said({ steps }: ChainWork, responses: readonly string[]): JsonObject {
  const named = responses.map((response, index) => [steps[index]?.name ?? '', response] as const);
  const previous = responses.at(-1);
  return { ...Object.fromEntries(named), ...(previous === undefined ? {} : { previous_response: previous }) };
}
