import { argumentProblems } from '../../expressions/foreign-problems.ts';
import { describeProblems } from '../../expressions/validate-value.ts';
import type { CodedFailure } from '../../model/crew-error.ts';
import type { Effect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { JsonValue } from '../../model/json.ts';
import { MAX_PROBLEM_LENGTH, MAX_TOOL_CALLS_PER_TURN } from '../../model/limits.ts';
import { type Message, messageText, type ToolCall, textMessage } from '../../model/message.ts';
import { isRepeatable } from '../../model/tool-spec.ts';
import type { WorkContext } from '../work-context.ts';
import { originOfCall, untrustedAfter } from './call-origin.ts';
import { isStaleTurn } from './is-stale-turn.ts';
import { askModel } from './model-turn.ts';
import { toolEnded } from './tool-ended.ts';
import type { TurnCall, TurnLoop, TurnStep } from './turn-loop-state.ts';

type ToolFact = Extract<Fact, { type: 'tool.returned' | 'tool.failed' }>;

/**
 * Calls the tools that a model asked for, all at once; calls that cannot be right are answered with an error. A control
 * that ends the loop is taken before anything is called. Pure.
 */
export function callTools(
  loop: TurnLoop,
  context: WorkContext,
  options: { readonly answer: Message; readonly toolCalls: readonly ToolCall[] },
): TurnStep {
  const { answer, toolCalls } = options;
  const ending = toolCalls.find(call => isEnding(loop, call));
  if (ending !== undefined) {
    const effects = ignoredCalls(loop, context, { ending, toolCalls });
    return { loop, effects, outcome: { type: 'ended', call: ending, text: messageText(answer) } };
  }
  const { role, maxTurns } = loop.task;
  if (loop.turn >= maxTurns) {
    const message = `role \`${role}\` still calls tools after ${loop.turn} turns, \`max_turns\` is ${maxTurns}`;
    return { loop, effects: [], outcome: { type: 'failed', failure: { code: 'TURN_LIMIT', message } } };
  }
  const refusals: Effect[] = [];
  const calls = toolCalls.map((call, index): TurnCall => {
    const key = `${loop.key}/tool-${loop.turn}-${index + 1}`;
    const refusal = index < MAX_TOOL_CALLS_PER_TURN ? refusalOf(loop, call) : TOO_MANY_CALLS;
    if (refusal === undefined) return { call, key };
    refusals.push(...refusedEvents(context, { key, call, role, failure: refusal }));
    return { call, key, result: { value: { error: cut(refusal.message) }, isError: true } };
  });
  const next = { ...loop, messages: [...loop.messages, answer], calls };
  if (calls.every(call => call.result !== undefined))
    return withEffects(refusals, answerModel(next, context));
  const open = calls.filter(call => call.result === undefined);
  const asked = open.filter(({ call }) => isControl(loop, call));
  const wishes = open.filter(({ call }) => !isControl(loop, call)).map(call => wish(loop, context, call));
  return {
    loop: next,
    effects: [...refusals, ...wishes],
    ...(asked.length === 0 ? {} : { asked }),
  };
}

/** Notes one tool's answer; when all have answered, the model is asked again. Pure. */
export function takeToolAnswer(loop: TurnLoop, context: WorkContext, fact: ToolFact): TurnStep {
  const value =
    fact.type === 'tool.returned'
      ? fact.value
      : { error: cut(`${fact.failure.code}: ${fact.failure.message}`) };
  const call = loop.calls.find(({ key }) => key === fact.key);
  const ended = call === undefined ? [] : [toolEnded(context, call.call.tool, fact)];
  const result = { value, isError: fact.type === 'tool.failed' };
  return withEffects(ended, takeResult(loop, context, { key: fact.key, result }));
}

/** Answers a control that the loop handed to its owner; when all calls are answered, the model is asked again. Pure. */
export function answerControl(
  loop: TurnLoop,
  context: WorkContext,
  answer: { readonly key: string; readonly value: JsonValue; readonly isError?: boolean },
): TurnStep {
  const { key, value, isError = false } = answer;
  return takeResult(loop, context, { key, result: { value, isError } });
}

function takeResult(
  loop: TurnLoop,
  context: WorkContext,
  { key, result }: { readonly key: string; readonly result: NonNullable<TurnCall['result']> },
): TurnStep {
  const calls = loop.calls.map(call => (call.key === key ? { ...call, result } : call));
  const next = { ...loop, calls };
  return calls.some(call => call.result === undefined)
    ? { loop: next, effects: [] }
    : answerModel(next, context);
}

/** What a model is told of a failed call has a known size. */
function cut(problem: string): string {
  return problem.slice(0, MAX_PROBLEM_LENGTH).toWellFormed();
}

function withEffects(effects: readonly Effect[], step: TurnStep): TurnStep {
  return { ...step, effects: [...effects, ...step.effects] };
}

const STALE =
  'You have made these calls before, with the same results. Do something else now: use what you know, or deliver what you have.';

function answerModel(loop: TurnLoop, context: WorkContext): TurnStep {
  const parts = loop.calls.flatMap(({ call, result }) =>
    result === undefined
      ? []
      : [{ type: 'tool-result' as const, callId: call.id, tool: call.tool, ...result }],
  );
  const stale = isStaleTurn(loop.messages, loop.calls);
  const untrusted = untrustedAfter(loop, loop.calls);
  const answered = {
    ...loop,
    messages: [...loop.messages, { from: 'tool' as const, parts }],
    ...(untrusted === undefined ? {} : { untrusted }),
  };
  if (!stale) return askModel(answered, context);
  const { role } = loop.task;
  if (loop.warned) {
    const message = `role \`${role}\` repeats the same calls with the same results, although it was told so`;
    return {
      loop: answered,
      effects: [],
      outcome: { type: 'failed', failure: { code: 'NO_PROGRESS', message } },
    };
  }
  const warned = { ...answered, warned: true, messages: [...answered.messages, textMessage('user', STALE)] };
  const { at, place: phase } = context;
  const event = {
    at,
    type: 'role.warned',
    phase,
    role,
    reason: 'the same calls with the same results',
  } as const;
  return withEffects([{ type: 'event.publish', event }], askModel(warned, context));
}

function wish(loop: TurnLoop, context: WorkContext, { call, key }: TurnCall): Effect {
  const { crewPath } = context;
  const spec = loop.tools.find(({ name }) => name === call.tool);
  const repeatable = spec !== undefined && isRepeatable(spec);
  const crew = crewPath === '' ? {} : { crew: crewPath };
  const paid = loop.paidBy === undefined ? {} : { paidBy: loop.paidBy };
  const { task, model, untrusted } = loop;
  const origin = originOfCall(context, { spec, role: task.role, model, untrusted });
  return {
    type: 'tool.call',
    key,
    tool: call.tool,
    args: call.args,
    repeatable,
    ...crew,
    ...paid,
    ...origin,
  };
}

function isControl(loop: TurnLoop, call: ToolCall): boolean {
  return loop.controls.some(({ spec }) => spec.name === call.tool);
}

/** A control with wrong arguments is answered like any other call, so that the model can do better. */
function isEnding(loop: TurnLoop, call: ToolCall): boolean {
  const ends = loop.controls.some(({ spec, ends: ending }) => ending && spec.name === call.tool);
  return ends && refusalOf(loop, call) === undefined;
}

/** The watchers hear of what was asked for beside a call that ends the turn, because it is not done. */
function ignoredCalls(
  loop: TurnLoop,
  { at, place: phase }: WorkContext,
  { ending, toolCalls }: { readonly ending: ToolCall; readonly toolCalls: readonly ToolCall[] },
): readonly Effect[] {
  const ignored = toolCalls.filter(call => call !== ending).map(call => `\`${call.tool}\``);
  if (ignored.length === 0) return [];
  const { role } = loop.task;
  const reason = `\`${ending.tool}\` ends the turn, so ${ignored.join(', ')} of the same reply ${ignored.length === 1 ? 'is' : 'are'} ignored`;
  return [{ type: 'event.publish', event: { at, type: 'role.warned', phase, role, reason } }];
}

const TOO_MANY_CALLS: CodedFailure = {
  code: 'TOOL_ARGUMENTS',
  message: `at most ${MAX_TOOL_CALLS_PER_TURN} tools can be called at once; call this one in your next message`,
};

/** Why a call cannot be made, in words that let the model do better. */
function refusalOf(loop: TurnLoop, call: ToolCall): CodedFailure | undefined {
  const specs = [...loop.tools, ...loop.controls.map(control => control.spec)];
  const spec = specs.find(tool => tool.name === call.tool);
  if (spec === undefined) {
    const granted = specs.map(tool => `\`${tool.name}\``).join(', ') || 'none';
    return { code: 'TOOL_UNKNOWN', message: `there is no tool \`${call.tool}\`; your tools are: ${granted}` };
  }
  if (call.malformed !== undefined) {
    return { code: 'TOOL_ARGUMENTS', message: 'the arguments are not a JSON object; send them again as one' };
  }
  const problems = argumentProblems(spec, call.args);
  if (problems.length === 0) return undefined;
  const message = `the arguments do not fit the input schema: ${describeProblems(problems, 5)}`;
  return { code: 'TOOL_ARGUMENTS', message };
}

/** The events of a call that is answered without being made: it is over as soon as it has begun. Pure. */
export function refusedEvents(
  context: WorkContext,
  refused: {
    readonly key: string;
    readonly call: ToolCall;
    readonly role: string;
    readonly failure: CodedFailure;
  },
): readonly Effect[] {
  const { key, call, role, failure } = refused;
  const { tool, args } = call;
  const { at, place: phase } = context;
  return [
    { type: 'event.publish', event: { at, type: 'tool.started', key, phase, role, tool, args } },
    toolEnded(context, tool, { type: 'tool.failed', at, key, failure, ms: 0 }),
  ];
}
