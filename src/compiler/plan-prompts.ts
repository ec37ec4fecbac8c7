import type { AskWork, ChainWork } from '../model/crew.ts';
import { addBounds, NO_COST, sumBounds } from './plan-bound.ts';
import type { PlanContext } from './plan-context.ts';
import { boundSingleTurns, type ExplainedBound } from './plan-role.ts';
import { answersBytes, MOST_ANSWER_BYTES, NESTED_BYTES, templateBytes } from './plan-sizes.ts';

/** More than the words around the question and the answers in the built-in prompts of a summarizer and a judge. */
const BUILT_IN_PROMPT_BYTES = 4_000;

/** Bounds one attempt of several models with the same prompt, and of the summarizer or the judge of their answers. */
export function boundAsk(work: AskWork, context: PlanContext, path: string): ExplainedBound {
  const { name, models, prompt, summarizer, vote, output } = work;
  const isTyped = summarizer === undefined || vote !== undefined;
  const answers = boundSingleTurns(context, {
    path,
    name,
    models,
    promptBytes: templateBytes(prompt, context.sizes),
    ...(isTyped && output !== undefined ? { output } : {}),
  });
  const concludes = summarizer !== undefined && vote !== 'majority';
  const conclusion = concludes
    ? boundSingleTurns(context, {
        path,
        name,
        models: [summarizer.model],
        promptBytes: conclusionBytes(work, summarizer.prompt, context),
        ...(vote === undefined ? (output === undefined ? {} : { output }) : { output: CHOICE }),
      })
    : NO_COST;
  const factors = [
    { what: 'models', count: models.length, why: '`ask.models`' },
    { what: 'summaries', count: concludes ? 1 : 0, why: '`summarizer`' },
  ];
  return { bound: addBounds(answers, conclusion), factors };
}

/** Larger than the schema of a judge's choice among any number of answers. */
const CHOICE = { type: 'object', description: ' '.repeat(1_000) };

function conclusionBytes(work: AskWork, prompt: string | undefined, context: PlanContext): number {
  const { sizes: known, knownOnly } = context;
  const question = templateBytes(work.prompt, known);
  const answers = knownOnly ? 0 : answersBytes(work);
  const sizes = new Map([...known, ['question', question], ['answers', answers]]);
  const own = prompt === undefined ? 0 : templateBytes(prompt, sizes);
  if (prompt !== undefined && work.vote === undefined) return own;
  return BUILT_IN_PROMPT_BYTES + (question + answers) * NESTED_BYTES + own;
}

/** Bounds one attempt of prompts one after another, each of which may read the responses before it. */
export function boundChain(work: ChainWork, context: PlanContext, path: string): ExplainedBound {
  const { name, steps, output } = work;
  const sizes = new Map(context.sizes);
  const bounds = steps.map((step, index) => {
    const promptBytes = templateBytes(step.promptTemplate, sizes);
    const answer = context.knownOnly ? 0 : MOST_ANSWER_BYTES;
    sizes.set('previous_response', answer);
    sizes.set(step.name, answer);
    const typed = index === steps.length - 1 && output !== undefined ? { output } : {};
    return boundSingleTurns(context, { path, name, models: [step.model], promptBytes, ...typed });
  });
  return { bound: sumBounds(bounds), factors: [{ what: 'steps', count: steps.length, why: '`chain`' }] };
}
