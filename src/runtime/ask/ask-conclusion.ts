import type { ModelAnswer } from '../../model/answers.ts';
import type { AskWork, PromptedModel } from '../../model/crew.ts';
import { ERROR_CODES } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../../model/json.ts';
import { buildJudgePrompt } from '../../prompts/judge-prompt.ts';
import { withLessons } from '../../prompts/lessons.ts';
import { buildSummaryPrompt } from '../../prompts/summary-prompt.ts';
import { answersJudged } from '../answers-judged.ts';
import type { PartOutcome } from '../step.ts';
import { modelKey } from '../turns/model-key.ts';
import { renderPrompt } from '../turns/render-prompt.ts';
import { startSingleTurn } from '../turns/single-turn.ts';
import type { TurnLoop, TurnStep } from '../turns/turn-loop-state.ts';
import { valuesRead } from '../turns/values-read.ts';
import type { WorkContext } from '../work-context.ts';
import { distinctAnswers, majorityAnswer } from './majority-answer.ts';

/** How far the answers of several models are made into one; no `loop` when that takes no call. */
interface ConclusionStep {
  readonly loop?: TurnLoop;
  readonly effects: readonly Effect[];
  readonly outcome?: PartOutcome;
}

/**
 * Makes one artifact of several answers, at least one of which is there.
 * 1. A summarizer writes it; its failure is the failure of the work, and then a resume asks only the summarizer again.
 * 2. A vote by majority takes the most frequent answer without a call, of equally frequent ones the first.
 * 3. A judge chooses by number, and is not called when all answers are the same. One that cannot be reached holds the
 *    work; one that fails for good (no choice after its repairs, an answer withheld) leaves it to the majority. Pure.
 */
export function startConclusion(
  options: {
    readonly work: AskWork;
    readonly question: string;
    readonly answers: readonly ModelAnswer[];
  },
  context: WorkContext,
): ConclusionStep {
  const { work, question, answers } = options;
  const { summarizer, vote } = work;
  const given = givenAnswers(answers);
  if (summarizer === undefined || vote === 'majority') return byMajority(answers, context);
  const choices = distinctAnswers(given);
  if (vote === 'judge' && choices.length === 1) return byMajority(answers, context);
  const told: JsonObject = { question, answers: answers as unknown as JsonValue };
  const own = ownPrompt(summarizer, { ...context.scope, ...told });
  if ('failure' in own) return { effects: [], outcome: { type: 'failed', failure: own.failure } };
  const values = { ...valuesRead(work.prompt, context.scope), ...told };
  const shared = {
    key: `${context.key}/summary`,
    speaker: summarizer.model,
    model: modelKey(context, summarizer.model),
    values,
  };
  if (vote === 'judge') {
    const criteria = own.text === undefined ? {} : { criteria: own.text };
    const prompt = buildJudgePrompt({ question, answers: choices, ...criteria });
    const output = choiceSchema(choices.length);
    return startSingleTurn({ ...shared, name: 'choice', prompt, output }, context);
  }
  const prompt = withLessons(own.text ?? buildSummaryPrompt(question, answers), context);
  const output = work.output === undefined ? {} : { output: work.output };
  return startSingleTurn({ ...shared, name: work.name, prompt, ...output }, context);
}

/** Reads what became of the summarizer or the judge; a choice is told with its reason. Pure. */
export function decideConclusion(
  {
    work,
    answers,
    step,
  }: { readonly work: AskWork; readonly answers: readonly ModelAnswer[]; readonly step: TurnStep },
  context: WorkContext,
): ConclusionStep {
  const { loop, effects, outcome } = step;
  if (outcome === undefined) return { loop, effects };
  if (outcome.type === 'ended') throw new Error('a summarizer has no controls that end it');
  if (outcome.type === 'failed') {
    const isHeld = ERROR_CODES[outcome.failure.code].exitCode === 3;
    if (work.vote !== 'judge' || isHeld) return { loop, effects, outcome };
    const majority = byMajority(answers, context);
    return { ...majority, loop, effects: [...effects, ...majority.effects] };
  }
  const { artifact } = outcome;
  if (work.vote !== 'judge') return { loop, effects, outcome: { type: 'completed', artifact } };
  const { choice, reason } = artifact as { readonly choice: number; readonly reason: string };
  const chosen = distinctAnswers(givenAnswers(answers))[choice - 1];
  if (chosen === undefined) throw new Error(`the choice ${choice} fits its schema but is no answer`);
  const told = answersJudged(context, { answers, choice: chosen, reason });
  return { loop, effects: [...effects, told], outcome: { type: 'completed', artifact: chosen } };
}

function byMajority(answers: readonly ModelAnswer[], context: WorkContext): ConclusionStep {
  const artifact = majorityAnswer(givenAnswers(answers));
  if (artifact === undefined) throw new Error('a vote needs at least one answer');
  const told = answersJudged(context, { answers, choice: artifact });
  return { effects: [told], outcome: { type: 'completed', artifact } };
}

function givenAnswers(answers: readonly ModelAnswer[]): readonly JsonValue[] {
  return answers.flatMap(each => ('answer' in each ? [each.answer] : []));
}

function ownPrompt({ prompt }: PromptedModel, scope: JsonObject) {
  return prompt === undefined ? { text: undefined } : renderPrompt(prompt, scope);
}

function choiceSchema(count: number): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['choice', 'reason'],
    properties: {
      choice: { type: 'integer', minimum: 1, maximum: count },
      reason: { type: 'string' },
    },
  };
}
