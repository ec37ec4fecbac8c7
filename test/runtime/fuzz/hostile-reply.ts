import { ERROR_CODES, type ErrorCode } from '../../../src/model/crew-error.ts';
import type { ModelCallEffect } from '../../../src/model/effect.ts';
import type { Fact, FinishReason } from '../../../src/model/fact.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../../../src/model/json.ts';
import type { Message, MessagePart, ToolCall } from '../../../src/model/message.ts';
import type { ToolSpec } from '../../../src/model/tool-spec.ts';
import { NO_USAGE, type Usage } from '../../../src/model/usage.ts';
import type { Dice } from './dice.ts';
import { fittingValue, misfittingValue } from './fitting-value.ts';
import { hostileText } from './hostile-text.ts';

/** How a reply is made. `calm`: no provider fails any more, so that the run can come to its end. */
export interface ReplyMood {
  readonly dice: Dice;
  readonly names: readonly string[];
  readonly calm: boolean;
  /** Whether it is a language model, which alone uses tokens. */
  readonly usesTokens: boolean;
  /** Share of replies that are what was asked for. */
  readonly goodwill: number;
}

type ModelFact = Extract<Fact, { type: 'model.answered' | 'model.failed' }>;

const FAILURES = (Object.keys(ERROR_CODES) as ErrorCode[]).filter(code => {
  return /^(PROVIDER_|CREDENTIALS|MODEL_UNKNOWN|CONTEXT_OVERFLOW|CONTENT_FILTERED|RUN_)/.test(code);
});

/** What a model answers to a call: anything. Usage is what the worst case allows, nothing, missing or absurd. */
export function hostileReply(call: ModelCallEffect, at: number, mood: ReplyMood): ModelFact {
  const { dice, calm } = mood;
  const shared = { at, key: call.key, ms: dice.below(5_000), ...usageOf(call, mood) };
  if (!calm && dice.chance(0.05)) {
    const code = dice.chance(0.7)
      ? dice.pick(['PROVIDER_OVERLOADED', 'PROVIDER_TIMEOUT'] as const)
      : dice.pick(FAILURES);
    const after = dice.chance(0.3) ? { retryAfterMs: dice.pick([0, -5, 20, 90_000_000]) } : {};
    return { ...shared, type: 'model.failed', failure: { code, message: 'it failed', ...after } };
  }
  const { parts, finishReason } = answerOf(call, mood);
  return { ...shared, type: 'model.answered', message: { from: 'assistant', parts }, finishReason };
}

function usageOf(
  { messages, maxTokens }: ModelCallEffect,
  { dice, usesTokens }: ReplyMood,
): { readonly usage?: Usage } {
  if (!usesTokens) return dice.chance(0.5) ? {} : { usage: NO_USAGE };
  const inputTokens = messages.length * 10;
  if (dice.chance(0.2)) return {};
  if (dice.chance(0.01))
    return { usage: { inputTokens: 2 ** 40, outputTokens: 2 ** 40, cachedInputTokens: 2 ** 41 } };
  return {
    usage: {
      inputTokens,
      outputTokens: dice.below(maxTokens + 1),
      cachedInputTokens: dice.pick([0, inputTokens]),
    },
  };
}

function answerOf(
  call: ModelCallEffect,
  mood: ReplyMood,
): { readonly parts: readonly MessagePart[]; readonly finishReason: FinishReason } {
  const { dice, goodwill } = mood;
  const well = dice.chance(goodwill);
  const calls = wantsCalls(call, dice, well) ? callsOf(call, mood, well) : [];
  const text = calls.length > 0 && dice.chance(0.6) ? '' : well ? goodText(call, mood) : badText(call, mood);
  const parts: MessagePart[] = [
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...calls.map(one => ({ type: 'tool-call' as const, call: one })),
  ];
  if (!well && dice.chance(0.04)) parts.reverse();
  if (!well && dice.chance(0.1)) {
    return { parts, finishReason: dice.pick(['length', 'content_filter', 'tool_calls', 'stop', 'length']) };
  }
  return { parts, finishReason: calls.length > 0 ? 'tool_calls' : 'stop' };
}

function wantsCalls({ tools, origin }: ModelCallEffect, dice: Dice, well: boolean): boolean {
  if (tools.length === 0) return !well && dice.chance(0.2);
  return dice.chance(well ? Math.max(0.25, 0.8 - 0.1 * origin.turn) : 0.6);
}

function callsOf(call: ModelCallEffect, mood: ReplyMood, well: boolean): readonly ToolCall[] {
  const { dice } = mood;
  const count = 1 + (dice.chance(0.3) ? dice.below(dice.chance(0.1) ? 14 : 4) : 0);
  return Array.from({ length: count }, (_, index): ToolCall => {
    const id = dice.chance(0.97) ? `call_${call.origin.turn}_${index}` : dice.pick(['', 'same', '__proto__']);
    return { id, ...(well ? goodCall(call, dice) : badCall(call, mood)) };
  });
}

/** What a role that manages calls first, and once something has come back. */
const OUT = ['delegate', 'ask'];
const BACK = ['send_back', 'accept'];

function goodCall({ tools, messages }: ModelCallEffect, dice: Dice): Omit<ToolCall, 'id'> {
  const known = delegationsIn(messages);
  const manages = tools.filter(({ name }) => (known.length > 0 ? BACK : OUT).includes(name));
  const spec = dice.pick(manages.length > 0 && dice.chance(0.5) ? manages : tools);
  const args = argsOf(spec, dice);
  if (!Object.hasOwn(args, 'delegation')) return { tool: spec.name, args };
  const delegation =
    known.length > 0 && dice.chance(0.8) ? dice.pick(known) : dice.pick([1, 2, 4, 0, -1, 99]);
  return { tool: spec.name, args: { ...args, delegation } };
}

/** The numbers of the delegations that have come back. */
function delegationsIn(messages: readonly Message[]): readonly number[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap(part => {
      const value = part.type === 'tool-result' ? part.value : null;
      const isBack = value !== null && typeof value === 'object' && 'delegation' in value;
      return isBack && typeof value.delegation === 'number' ? [value.delegation] : [];
    }),
  );
}

/** Arguments that fit; few different ones, so that repeated calls happen. */
function argsOf(spec: ToolSpec, dice: Dice): JsonObject {
  const value = fittingValue(spec.inputSchema, dice);
  const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}

function badCall({ tools }: ModelCallEffect, { dice, names }: ReplyMood): Omit<ToolCall, 'id'> {
  const name = names.length === 0 ? 'nobody' : dice.pick(names);
  const strangers = [
    `hand_off_to_${name}`,
    `hand_off_to_${name}`,
    'hand_off_to_nobody',
    'hand_off_to_$closing',
    'delegate',
    'accept',
    'send_back',
    'kit.write',
    'kit',
    '',
    '__proto__',
    'toString',
    'p0.completed',
    `p0.to.${name}`,
  ];
  const spec = tools.length > 0 && dice.chance(0.6) ? dice.pick(tools) : undefined;
  const tool = spec?.name ?? dice.pick(strangers);
  if (dice.chance(0.15))
    return { tool, args: {}, malformed: dice.pick(['{', '{"brief": "go', 'null', '[1]', '']) };
  const wrong: JsonValue =
    spec === undefined
      ? dice.pick<JsonValue>([{}, { brief: 'go on' }, { role: name }])
      : misfittingValue(spec.inputSchema, dice);
  const args =
    wrong !== null && typeof wrong === 'object' && !Array.isArray(wrong) ? (wrong as JsonObject) : {};
  return { tool, args };
}

function goodText({ output }: ModelCallEffect, { dice, names }: ReplyMood): string {
  if (output === undefined)
    return dice.chance(0.8) ? `said ${dice.below(1_000)}` : `${hostileText(dice, names)} so`;
  const json = JSON.stringify(fittingValue(output.schema, dice));
  return dice.chance(0.2) ? `Here:\n\`\`\`json\n${json}\n\`\`\`` : json;
}

function badText({ output }: ModelCallEffect, { dice, names }: ReplyMood): string {
  if (output === undefined || dice.chance(0.4)) return hostileText(dice, names);
  const { schema } = output;
  const json = JSON.stringify(misfitOrFit(schema, dice));
  if (dice.chance(0.4)) return json.slice(0, dice.below(json.length + 1));
  return dice.chance(0.3) ? `${json}${json}` : json;
}

function misfitOrFit(schema: JsonSchema, dice: Dice): JsonValue {
  return dice.chance(0.7) ? misfittingValue(schema, dice) : fittingValue(schema, dice);
}
