import { readOutput } from '../../expressions/read-output.ts';
import { ERROR_CODES } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import { MAX_FAILED_CALLS, MAX_REPAIRS, MAX_TRIES } from '../../model/limits.ts';
import { type Message, messageText, messageToolCalls } from '../../model/message.ts';
import type { ToolSpec } from '../../model/tool-spec.ts';
import { NO_USAGE } from '../../model/usage.ts';
import { callCost } from '../call-cost.ts';
import type { WorkContext } from '../work-context.ts';
import { answeredInTime, isSummary, takeSummary, withRatio } from './context-turn.ts';
import { askFallback } from './fallback-turn.ts';
import {
  askForRepair,
  askInLess,
  askModel,
  askModelAfterSummary,
  askModelAgain,
  waitForModel,
} from './model-turn.ts';
import { callTools, takeToolAnswer } from './tool-turn.ts';
import type { Control, TurnLoop, TurnStep, TurnTask } from './turn-loop-state.ts';

/** What a loop of turns begins with. `model` is a key of the run's models, see `model-key.ts`. */
export interface TurnLoopOptions {
  readonly task: TurnTask;
  readonly key: string;
  readonly model: string;
  readonly messages: readonly Message[];
  readonly values: JsonObject;
  readonly tools?: readonly ToolSpec[];
  readonly controls?: readonly Control[];
  /** The one of the messages that gives the task; the first that is no system prompt where nobody says otherwise. */
  readonly asked?: Message;
  /** The role with a budget of its own that pays for its calls. */
  readonly paidBy?: string;
}

/**
 * A loop of turns, model ↔ tools until the artifact is delivered, as a decider that other deciders are made of.
 * 1. One turn is one answered model call; tool calls of one turn run at once and are answered together, in order.
 * 2. The artifact fits `output`: mended by rule first, then by the model at most twice, else OUTPUT_INVALID.
 * 3. A text that was cut off is kept as far as it came, by who has tools when it is cut again. With a schema an answer that was cut off is never mended by rule, and asked
 *    for again until it is cut at the same words (OUTPUT_TRUNCATED).
 * 4. A provider's failure that may pass is tried again, at most twice for one call and MAX_FAILED_CALLS times in all; the
 *    wait is a timer, so it is a fact. Then the next model of the alias is asked, with tries of its own, see
 *    `fallback-turn.ts`; the failure stands when the last one has failed.
 * 5. Who has no tools delivers in one turn: a tool call there is an answer to mend.
 * 6. Older messages make room when its context is nearly full, or was too full for its server, which counts as a failure that
 *    may pass as long as something may go; a call that sums them up is a turn, see `context-turn.ts`.
 * 7. Who makes the same calls with the same results for the third time is told so once, then fails with NO_PROGRESS.
 * Without `output` the artifact is the text of the final message. Pure.
 */
export function startTurns(options: TurnLoopOptions, context: WorkContext): TurnStep {
  const nothingYet = { turn: 0, tries: 0, triesLeft: 0, failures: 0, repairs: 0, calls: [], warned: false };
  return askModel({ tools: [], controls: [], ...options, ...nothingYet, askedFirst: options.model }, context);
}

/** Sends the call that a provider failed to answer again, with as many tries as a new one, to that provider first. Pure. */
export function resumeTurns(loop: TurnLoop, context: WorkContext): TurnStep {
  return askModelAgain({ ...loop, triesLeft: MAX_TRIES, failures: 0, askedFirst: loop.model }, context);
}

/** Whether a fact answers one of this loop's effects. Pure. */
export function isOfLoop(loop: TurnLoop, fact: Fact): boolean {
  return 'key' in fact && fact.key.startsWith(`${loop.key}/`);
}

/** Decides on a fact about one of this loop's effects. Pure. */
export function decideTurns(loop: TurnLoop, context: WorkContext, fact: Fact): TurnStep {
  switch (fact.type) {
    case 'model.answered': {
      const event = modelAnswered(loop, context, fact);
      if (isSummary(loop, fact))
        return withEvent(event, askModelAfterSummary(takeSummary(loop, fact), context));
      return withEvent(
        event,
        takeAnswer(answeredInTime(withRatio(loop, context, fact.usage)), context, fact),
      );
    }
    case 'model.failed': {
      if (isSummary(loop, fact)) {
        const step = askModelAfterSummary(takeSummary(loop, fact), context);
        return withEvent(modelFailed(loop, context, { fact, step }), step);
      }
      const step = takeFailure(loop, context, fact);
      return withEvent(modelFailed(loop, context, { fact, step }), step);
    }
    case 'timer.fired':
      return askModelAgain(loop, context);
    case 'tool.returned':
    case 'tool.failed':
      return takeToolAnswer(loop, context, fact);
    default:
      throw new Error(`a turn loop cannot decide on ${fact.type}`);
  }
}

type Answered = Extract<Fact, { type: 'model.answered' }>;
type Failed = Extract<Fact, { type: 'model.failed' }>;

function takeAnswer(loop: TurnLoop, context: WorkContext, fact: Answered): TurnStep {
  const { message: answer, finishReason } = fact;
  if (finishReason === 'content_filter') {
    const failure = { code: 'CONTENT_FILTERED', message: 'the provider withheld the answer' } as const;
    return { loop, effects: [], outcome: { type: 'failed', failure } };
  }
  if (finishReason === 'length') return takeCut(loop, context, fact);
  const toolCalls = messageToolCalls(answer);
  if (toolCalls.length > 0 && loop.tools.length + loop.controls.length === 0) {
    const message = 'you have no tools; deliver the artifact';
    return askForRepair(loop, context, {
      answer: textOnly(answer),
      failure: { code: 'OUTPUT_INVALID', message },
    });
  }
  if (toolCalls.length > 0) return callTools(loop, context, { answer, toolCalls });
  return deliver(loop, context, answer);
}

function takeCut(loop: TurnLoop, context: WorkContext, { message: said, cut }: Answered): TurnStep {
  const answer = textOnly(said);
  const text = messageText(answer);
  const isText = loop.task.output === undefined && messageToolCalls(said).length === 0;
  const isSame = loop.cutAt === text;
  // Who has tools may have been on the way to call one.
  const hasTools = loop.tools.length + loop.controls.length > 0;
  const isLast = !hasTools || isSame || loop.repairs === MAX_REPAIRS;
  if (cut === 'kept' && isText && isLast && text !== '')
    return { loop, effects: [], outcome: { type: 'delivered', artifact: text, text, cutOff: true } };
  const message = `the answer was cut off at ${context.terms[loop.model]?.maxTokens} tokens; answer again, shorter`;
  const failure = { code: 'OUTPUT_TRUNCATED', message } as const;
  if (cut === 'kept' && isSame) return { loop, effects: [], outcome: { type: 'failed', failure } };
  return askForRepair({ ...loop, cutAt: text }, context, { answer, failure });
}

function deliver(loop: TurnLoop, context: WorkContext, answer: Message): TurnStep {
  const text = messageText(answer);
  if (text.trim() === '') {
    const message = 'the final message is empty; deliver the artifact';
    return askForRepair(loop, context, {
      answer: textOnly(answer),
      failure: { code: 'OUTPUT_EMPTY', message },
    });
  }
  const delivered = (artifact: JsonValue) => ({ type: 'delivered', artifact, text }) as const;
  if (loop.task.output === undefined) return { loop, effects: [], outcome: delivered(text) };
  const read = readOutput(text, loop.task.output, { last: loop.repairs === MAX_REPAIRS });
  if (!read.ok) {
    const failure = { code: 'OUTPUT_INVALID', message: read.problem } as const;
    return askForRepair(loop, context, { answer, failure });
  }
  const outcome = delivered(read.value);
  if (read.repairs.length === 0) return { loop, effects: [], outcome };
  const { at, place: phase } = context;
  const event = { at, type: 'artifact.repaired', phase, how: read.repairs } as const;
  return { loop, effects: [{ type: 'event.publish', event }], outcome };
}

/** A cut-off message without its tool calls, which would want an answer, and without blank text, which providers refuse. */
function textOnly(message: Message): Message {
  return {
    from: 'assistant',
    parts: message.parts.filter(part => part.type === 'text' && part.text.trim() !== ''),
  };
}

function takeFailure(loop: TurnLoop, context: WorkContext, { failure }: Failed): TurnStep {
  const lost = loop.triesLeft === 0 || loop.failures >= MAX_FAILED_CALLS;
  const inLess = lost || failure.code !== 'CONTEXT_OVERFLOW' ? undefined : askInLess(loop, context);
  if (inLess !== undefined) return inLess;
  if (!lost && ERROR_CODES[failure.code].retryable) return waitForModel(loop, failure.retryAfterMs);
  const others = askFallback(loop, context, failure);
  return others ?? { loop, effects: [], outcome: { type: 'failed', failure } };
}

function withEvent(event: Effect, step: TurnStep): TurnStep {
  return { ...step, effects: [event, ...step.effects] };
}

function endedCall(loop: TurnLoop, { at, place: phase }: WorkContext, { key, ms }: Answered | Failed) {
  return { at, type: 'model.ended', key, phase, role: loop.task.role, ms } as const;
}

/** `step` is what follows: when that is a wait, the event says for which try. */
function modelFailed(
  loop: TurnLoop,
  context: WorkContext,
  { fact, step }: { readonly fact: Failed; readonly step: TurnStep },
): Effect {
  const wait = step.effects.find(effect => effect.type === 'timer.start');
  const nth = MAX_TRIES - loop.triesLeft + 1;
  const retry = wait === undefined ? {} : { retry: { nth, of: MAX_TRIES, inMs: Math.round(wait.ms) } };
  const ended = endedCall(loop, context, fact);
  return { type: 'event.publish', event: { ...ended, outcome: 'failed', failure: fact.failure, ...retry } };
}

function modelAnswered(loop: TurnLoop, context: WorkContext, fact: Answered): Effect {
  const usage = fact.usage ?? NO_USAGE;
  const cutAt = fact.finishReason === 'length' ? context.terms[loop.model]?.maxTokens : undefined;
  const event = {
    ...endedCall(loop, context, fact),
    outcome: 'answered',
    text: messageText(fact.message),
    toolCalls: messageToolCalls(fact.message).length,
    usage,
    costMicroUsd: fact.usage === undefined ? null : callCost(context.terms[loop.model], usage),
    ...(cutAt === undefined ? {} : { cutAt }),
  } as const;
  return { type: 'event.publish', event };
}
