import { readOutput } from '../expressions/read-output.ts';
import { checkTemplate } from '../expressions/template-check.ts';
import { renderTemplate } from '../expressions/template-evaluate.ts';
import type { RoleWork } from '../model/crew.ts';
import { ERROR_CODES } from '../model/crew-error.ts';
import type { Effect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { MAX_FAILED_CALLS, MAX_REPAIRS, MAX_TRIES } from '../model/limits.ts';
import { messageText, messageToolCalls, textMessage } from '../model/message.ts';
import { NO_USAGE } from '../model/usage.ts';
import { buildRolePrompt } from '../prompts/role-prompt.ts';
import { callCost } from './call-cost.ts';
import { grantedTools } from './granted-tools.ts';
import { askForRepair, askModel, askModelAgain, waitForModel } from './model-turn.ts';
import type { RoleState } from './role-state.ts';
import { completed, failed, type Step } from './step.ts';
import { callTools, takeToolAnswer } from './tool-turn.ts';
import type { WorkContext } from './work-context.ts';

/**
 * A role's turn loop, model ↔ tools until the artifact is delivered, as a decider.
 * 1. One turn is one answered model call; tool calls of one turn run at once and are answered together, in order.
 * 2. The artifact fits `output`: mended by rule first, then by the model at most twice, else OUTPUT_INVALID.
 * 3. An answer that was cut off is never mended by rule (OUTPUT_TRUNCATED).
 * 4. A provider's failure that may pass is tried again, at most twice for one call and MAX_FAILED_CALLS times in all; the
 *    wait is a timer, so it is a fact.
 * 5. Who has no tools delivers in one turn: a tool call there is an answer to mend.
 * Without `output` the artifact is the text of the final message.
 */
export function startRole(work: RoleWork, context: WorkContext): Step<RoleState> {
  const { program } = context;
  const role = program.roles.find(candidate => candidate.name === work.role);
  if (role === undefined) throw new Error(`compiled program has no role ${work.role}`);
  const tools = grantedTools(program, role);
  const output = work.output === undefined ? {} : { output: { name: work.name, schema: work.output } };
  const system = buildRolePrompt({ crewGoal: program.goal, role, tools, ...output });
  const task = renderTemplate(work.task, context.scope);
  const messages = [textMessage('system', system), textMessage('user', task)];
  const model = context.models[roleModelKey(role.name)] === undefined ? role.model : roleModelKey(role.name);
  const nothingYet = { turn: 0, tries: 0, triesLeft: 0, failures: 0, repairs: 0, calls: [] };
  const values = valuesRead(work.task, context.scope);
  return askModel({ work, model, tools, values, messages, ...nothingYet }, context);
}

/** The alias of a model that was chosen for one role alone, over what the crew file says. Pure. */
export function roleModelKey(role: string): string {
  return `role:${role}`;
}

/** Sends the call that a provider failed to answer again, with as many tries as a new one. Pure. */
export function resumeRole(state: RoleState, context: WorkContext): Step<RoleState> {
  return askModelAgain({ ...state, triesLeft: MAX_TRIES, failures: 0 }, context);
}

/** Decides on a fact about one of this role's effects. Pure. */
export function decideRole(state: RoleState, context: WorkContext, fact: Fact): Step<RoleState> {
  switch (fact.type) {
    case 'model.answered':
      return withEvent(modelEnded(state, context, fact), takeAnswer(state, context, fact));
    case 'model.failed':
      return withEvent(modelEnded(state, context, fact), takeFailure(state, context, fact));
    case 'timer.fired':
      return askModelAgain(state, context);
    case 'tool.returned':
    case 'tool.failed':
      return takeToolAnswer(state, context, fact);
    default:
      throw new Error(`a role cannot decide on ${fact.type}`);
  }
}

type Answered = Extract<Fact, { type: 'model.answered' }>;
type Failed = Extract<Fact, { type: 'model.failed' }>;

function takeAnswer(state: RoleState, context: WorkContext, fact: Answered): Step<RoleState> {
  const { message: answer, finishReason } = fact;
  if (finishReason === 'content_filter') {
    return failed(state, { code: 'CONTENT_FILTERED', message: 'the provider withheld the answer' });
  }
  if (finishReason === 'length') {
    const message = `the answer was cut off at ${context.terms[state.model]?.maxTokens} tokens; answer again, shorter`;
    return askForRepair(state, context, {
      answer: textOnly(answer),
      failure: { code: 'OUTPUT_TRUNCATED', message },
    });
  }
  const toolCalls = messageToolCalls(answer);
  if (toolCalls.length > 0 && state.tools.length === 0) {
    const message = 'you have no tools; deliver the artifact';
    return askForRepair(state, context, {
      answer: textOnly(answer),
      failure: { code: 'OUTPUT_INVALID', message },
    });
  }
  if (toolCalls.length > 0) return callTools(state, context, { answer, toolCalls });
  return deliver(state, context, answer);
}

function deliver(state: RoleState, context: WorkContext, answer: Answered['message']): Step<RoleState> {
  const text = messageText(answer);
  if (text.trim() === '') {
    const message = 'the final message is empty; deliver the artifact';
    return askForRepair(state, context, {
      answer: textOnly(answer),
      failure: { code: 'OUTPUT_EMPTY', message },
    });
  }
  if (state.work.output === undefined) return completed(state, text);
  const read = readOutput(text, state.work.output, { last: state.repairs === MAX_REPAIRS });
  if (!read.ok) {
    const failure = { code: 'OUTPUT_INVALID', message: read.problem } as const;
    return askForRepair(state, context, { answer, failure });
  }
  if (read.repairs.length === 0) return completed(state, read.value);
  const event = {
    at: context.at,
    type: 'artifact.repaired',
    phase: context.path,
    how: read.repairs,
  } as const;
  return completed(state, read.value, [{ type: 'event.publish', event }]);
}

/** A cut-off message without its tool calls, which would want an answer, and without blank text, which providers refuse. */
function textOnly(message: Answered['message']): Answered['message'] {
  return {
    from: 'assistant',
    parts: message.parts.filter(part => part.type === 'text' && part.text.trim() !== ''),
  };
}

function takeFailure(state: RoleState, context: WorkContext, fact: Failed): Step<RoleState> {
  const { failure } = fact;
  const lost = state.triesLeft === 0 || state.failures >= MAX_FAILED_CALLS;
  if (lost || !ERROR_CODES[failure.code].retryable) return failed(state, failure);
  return waitForModel(state, context, failure.retryAfterMs);
}

function withEvent(event: Effect, step: Step<RoleState>): Step<RoleState> {
  return { ...step, effects: [event, ...step.effects] };
}

function modelEnded(state: RoleState, context: WorkContext, fact: Answered | Failed): Effect {
  const { key, ms } = fact;
  const shared = {
    at: context.at,
    type: 'model.ended',
    key,
    phase: context.path,
    role: state.work.role,
  } as const;
  if (fact.type === 'model.failed') {
    return { type: 'event.publish', event: { ...shared, outcome: 'failed', failure: fact.failure, ms } };
  }
  const usage = fact.usage ?? NO_USAGE;
  const terms = context.terms[state.model];
  const event = {
    ...shared,
    outcome: 'answered',
    text: messageText(fact.message),
    toolCalls: messageToolCalls(fact.message).length,
    usage,
    costMicroUsd: fact.usage === undefined ? null : callCost(terms, usage),
    ms,
  } as const;
  return { type: 'event.publish', event };
}

/** The inputs, and the artifacts that a template reads, by name and in the order of reading. */
function valuesRead(template: string, scope: JsonObject): JsonObject {
  const roots = checkTemplate(template, 'text').paths.map(path => String(path[0]));
  const values: [string, JsonValue][] = [];
  for (const root of new Set(['inputs', ...roots])) {
    const value = Object.hasOwn(scope, root) ? scope[root] : undefined;
    if (value !== undefined && root !== 'run' && root !== 'visit') values.push([root, value]);
  }
  return Object.fromEntries(values);
}
