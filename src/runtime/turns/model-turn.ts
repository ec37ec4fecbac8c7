import type { CodedFailure } from '../../model/crew-error.ts';
import type { Effect, ModelCallEffect } from '../../model/effect.ts';
import { MAX_CALL_WAIT_MS, MAX_PROBLEM_LENGTH, MAX_REPAIRS, MAX_TRIES } from '../../model/limits.ts';
import { type Message, messageText, textMessage } from '../../model/message.ts';
import { buildRepairPrompt } from '../../prompts/repair-prompt.ts';
import type { WorkContext } from '../work-context.ts';
import { makeRoom, tooLong } from './context-turn.ts';
import type { TurnLoop, TurnStep } from './turn-loop-state.ts';

const FIRST_WAIT_MS = 500;

/** Asks the model with what has been said so far, as the next turn. Pure. */
export function askModel(loop: TurnLoop, context: WorkContext): TurnStep {
  return sendCall({ ...loop, turn: loop.turn + 1, tries: 1, triesLeft: MAX_TRIES - 1, calls: [] }, context);
}

/** Sends the current turn's call again after its wait. Pure. */
export function askModelAgain(loop: TurnLoop, context: WorkContext): TurnStep {
  return sendCall({ ...loop, tries: loop.tries + 1, triesLeft: loop.triesLeft - 1 }, context);
}

/**
 * Sends the current turn's call again, after older messages have made room; undefined when nothing may go, and in runs of before
 * when that was done before. A try like any other, so that bounds of calls hold. Pure.
 */
export function askInLess(loop: TurnLoop, context: WorkContext): TurnStep | undefined {
  const send = callOf(loop, context);
  const shorter = tooLong(loop, context, send);
  return shorter && askModelAgain({ ...shorter, failures: loop.failures + 1 }, context);
}

/** Waits before another try: what the provider asked for, else twice as long each time; capped at a minute. Pure. */
export function waitForModel(loop: TurnLoop, retryAfterMs: number | undefined): TurnStep {
  const backoffMs = FIRST_WAIT_MS * 2 ** (MAX_TRIES - 1 - loop.triesLeft);
  const ms = Math.min(MAX_CALL_WAIT_MS, Math.max(0, retryAfterMs ?? backoffMs));
  const next = { ...loop, failures: loop.failures + 1 };
  return { loop: next, effects: [{ type: 'timer.start', key: `${modelKey(loop)}/wait`, ms }] };
}

/**
 * Shows the model what is wrong with its answer, at most `MAX_REPAIRS` times; then the failure stands. `prompt` stands
 * in for the words that ask for the whole answer again; then the answer itself is not what is wrong. Pure.
 */
export function askForRepair(
  loop: TurnLoop,
  context: WorkContext,
  options: { readonly answer: Message; readonly failure: CodedFailure; readonly prompt?: string },
): TurnStep {
  const { answer, failure } = options;
  if (loop.repairs === MAX_REPAIRS) return { loop, effects: [], outcome: { type: 'failed', failure } };
  const repair = loop.repairs + 1;
  const { at, place: phase } = context;
  const reason = failure.message;
  const event =
    options.prompt === undefined
      ? ({ at, type: 'artifact.rejected', phase, reason, repair } as const)
      : ({ at, type: 'role.warned', phase, role: loop.task.role, reason } as const);
  const rejected: Effect = { type: 'event.publish', event };
  const problem = failure.message.slice(0, MAX_PROBLEM_LENGTH).toWellFormed();
  const prompt = textMessage('user', options.prompt ?? buildRepairPrompt(problem, loop.task.output));
  const said = answer.parts.length === 0 ? [] : [answer];
  const next = askModel({ ...loop, repairs: repair, messages: [...loop.messages, ...said, prompt] }, context);
  return { ...next, effects: [rejected, ...next.effects] };
}

/** The key of the current model call. */
function modelKey(loop: TurnLoop): string {
  const again = loop.tries > 1 ? `-${loop.tries}` : '';
  return `${loop.key}/model-${loop.turn}${again}`;
}

/** Sends the call that waited for a summary, as the turn after it. Pure. */
export function askModelAfterSummary(loop: TurnLoop, context: WorkContext): TurnStep {
  return sendCall({ ...loop, turn: loop.turn + 1 }, context);
}

function sendCall(loop: TurnLoop, context: WorkContext): TurnStep {
  const call = callOf(loop, context);
  const room = makeRoom(loop, context, call);
  const effect = 'call' in room ? room.call : { ...call, messages: room.messages };
  return { loop: room.loop, effects: [...room.effects, effect] };
}

function callOf(loop: TurnLoop, context: WorkContext): ModelCallEffect {
  const { task, asked, model, paidBy } = loop;
  const terms = context.terms[model];
  const words = task.words ?? (asked === undefined ? undefined : messageText(asked));
  return {
    type: 'model.call',
    key: modelKey(loop),
    model,
    messages: loop.messages,
    tools: [...loop.tools, ...loop.controls.map(control => control.spec)],
    ...(task.output === undefined ? {} : { output: { name: task.name, schema: task.output } }),
    ...(terms?.temperature === undefined ? {} : { temperature: terms.temperature }),
    maxTokens: terms?.maxTokens ?? 0,
    origin: {
      ...{ phase: context.place, role: task.role, turn: loop.turn, values: loop.values },
      ...(words === undefined ? {} : { task: words }),
    },
    ...(paidBy === undefined ? {} : { paidBy }),
  };
}
