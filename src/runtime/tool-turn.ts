import { describeProblems, validateValue } from '../expressions/validate-value.ts';
import type { CodedFailure } from '../model/crew-error.ts';
import type { Effect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import { MAX_PROBLEM_LENGTH, MAX_TOOL_CALLS_PER_TURN } from '../model/limits.ts';
import type { Message, ToolCall } from '../model/message.ts';
import { askModel } from './model-turn.ts';
import type { RoleState, TurnCall } from './role-state.ts';
import { failed, type Step } from './step.ts';
import type { WorkContext } from './work-context.ts';

type ToolFact = Extract<Fact, { type: 'tool.returned' | 'tool.failed' }>;

/** Calls the tools that a model asked for, all at once; calls that cannot be right are answered with an error. Pure. */
export function callTools(
  state: RoleState,
  context: WorkContext,
  options: { readonly answer: Message; readonly toolCalls: readonly ToolCall[] },
): Step<RoleState> {
  if (state.turn >= state.work.maxTurns) {
    const message = `role \`${state.work.role}\` still calls tools after ${state.turn} turns, \`max_turns\` is ${state.work.maxTurns}`;
    return failed(state, { code: 'TURN_LIMIT', message });
  }
  const refusals: Effect[] = [];
  const calls = options.toolCalls.map((call, index): TurnCall => {
    const key = `${context.key}/tool-${state.turn}-${index + 1}`;
    const refusal = index < MAX_TOOL_CALLS_PER_TURN ? refusalOf(state, call) : TOO_MANY_CALLS;
    if (refusal === undefined) return { call, key };
    refusals.push(...refusedEvents(context, { key, call, role: state.work.role, failure: refusal }));
    return { call, key, result: { value: { error: cut(refusal.message) }, isError: true } };
  });
  const next = { ...state, messages: [...state.messages, options.answer], calls };
  const step = calls.every(call => call.result !== undefined)
    ? answerModel(next, context)
    : { state: next, effects: calls.flatMap(call => wishes(state, call)) };
  return { ...step, effects: [...refusals, ...step.effects] };
}

/** What a model is told of a failed call has a known size. */
function cut(problem: string): string {
  return problem.slice(0, MAX_PROBLEM_LENGTH).toWellFormed();
}

/** Notes one tool's answer; when all have answered, the model is asked again. Pure. */
export function takeToolAnswer(state: RoleState, context: WorkContext, fact: ToolFact): Step<RoleState> {
  const value =
    fact.type === 'tool.returned'
      ? fact.value
      : { error: cut(`${fact.failure.code}: ${fact.failure.message}`) };
  const result = { value, isError: fact.type === 'tool.failed' };
  const calls = state.calls.map(call => (call.key === fact.key ? { ...call, result } : call));
  const answered = calls.find(call => call.key === fact.key);
  const ended = answered === undefined ? [] : [toolEnded(context, answered.call.tool, fact)];
  const next = { ...state, calls };
  if (calls.some(call => call.result === undefined)) return { state: next, effects: ended };
  const step = answerModel(next, context);
  return { ...step, effects: [...ended, ...step.effects] };
}

/** The event that a tool call ended, for roles and tool phases alike. Pure. */
export function toolEnded(context: WorkContext, tool: string, fact: ToolFact): Effect {
  const shared = { at: context.at, type: 'tool.ended', key: fact.key, phase: context.path, tool } as const;
  if (fact.type === 'tool.returned') {
    return {
      type: 'event.publish',
      event: { ...shared, outcome: 'returned', value: fact.value, ms: fact.ms },
    };
  }
  return {
    type: 'event.publish',
    event: { ...shared, outcome: 'failed', failure: fact.failure, ms: fact.ms },
  };
}

function answerModel(state: RoleState, context: WorkContext): Step<RoleState> {
  const parts = state.calls.flatMap(({ call, result }) =>
    result === undefined
      ? []
      : [{ type: 'tool-result' as const, callId: call.id, tool: call.tool, ...result }],
  );
  return askModel({ ...state, messages: [...state.messages, { from: 'tool', parts }] }, context);
}

function wishes(state: RoleState, { call, key, result }: TurnCall): readonly Effect[] {
  if (result !== undefined) return [];
  const repeatable = state.tools.some(spec => spec.name === call.tool && spec.readOnly);
  return [{ type: 'tool.call', key, tool: call.tool, args: call.args, repeatable }];
}

const TOO_MANY_CALLS: CodedFailure = {
  code: 'TOOL_ARGUMENTS',
  message: `at most ${MAX_TOOL_CALLS_PER_TURN} tools can be called at once; call this one in your next message`,
};

/** Why a call cannot be made, in words that let the model do better. */
function refusalOf(state: RoleState, call: ToolCall): CodedFailure | undefined {
  const spec = state.tools.find(tool => tool.name === call.tool);
  if (spec === undefined) {
    const granted = state.tools.map(tool => `\`${tool.name}\``).join(', ') || 'none';
    return { code: 'TOOL_UNKNOWN', message: `there is no tool \`${call.tool}\`; your tools are: ${granted}` };
  }
  if (call.malformed !== undefined) {
    return { code: 'TOOL_ARGUMENTS', message: 'the arguments are not a JSON object; send them again as one' };
  }
  const problems = validateValue(spec.inputSchema, call.args);
  if (problems.length === 0) return undefined;
  const message = `the arguments do not fit the input schema: ${describeProblems(problems, 5)}`;
  return { code: 'TOOL_ARGUMENTS', message };
}

/** A call that is answered without being made is over as soon as it has begun. */
function refusedEvents(
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
  const { at, path: phase } = context;
  return [
    { type: 'event.publish', event: { at, type: 'tool.started', key, phase, role, tool, args } },
    toolEnded(context, tool, { type: 'tool.failed', at, key, failure, ms: 0 }),
  ];
}
