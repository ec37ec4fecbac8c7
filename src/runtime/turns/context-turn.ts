import { contextItems } from '../../memory/context/context-items.ts';
import { CONTEXT_SHARES, type ContextDecision, decideContext } from '../../memory/context/decide-context.ts';
import { gistSummary } from '../../memory/context/gist-summary.ts';
import { messageTokens } from '../../memory/context/message-tokens.ts';
import { transcriptOf } from '../../memory/context/transcript.ts';
import { approximateTokens } from '../../model/approximate-tokens.ts';
import { cutToTokens } from '../../model/cut-to-tokens.ts';
import type { Effect, ModelCallEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import { MAX_SUMMARY_TOKENS } from '../../model/limits.ts';
import { type Message, messageText, textMessage } from '../../model/message.ts';
import type { Usage } from '../../model/usage.ts';
import {
  contextSummaryMessage,
  contextSummaryRequest,
  contextSummaryRules,
  contextWarning,
} from '../../prompts/context-summary.ts';
import { sentBytes } from '../sent-bytes.ts';
import type { WorkContext } from '../work-context.ts';
import type { Summarising, TurnLoop } from './turn-loop-state.ts';

/** How far a provider may count otherwise than we do; what lies beyond comes from something else. */
const LEAST_RATIO = 0.5;
const MOST_RATIO = 3;

/** A summary by its model takes the place of a turn; who has fewer turns left, or a fourth of all, needs them for its task. */
const LEAST_TURNS_LEFT = 4;

/** What is sent: the messages of the next call, or a call that sums up older ones, for which the next one waits. */
export type Room =
  | { readonly loop: TurnLoop; readonly messages: readonly Message[]; readonly effects: readonly Effect[] }
  | { readonly loop: TurnLoop; readonly call: ModelCallEffect; readonly effects: readonly Effect[] };

/**
 * Sees to it that a call fits into the context of its model, where that is known. From 70 % on the model is told, in a message
 * that is not kept; at 90 % the older messages make room for a summary, down to 60 %. A call to its own model writes the
 * summary and takes the place of one turn, so that bounds of calls hold; when there are few turns left, or what is to be
 * summed up does not fit either, rules write it. A call never grows by any of this beyond what was counted with. Pure.
 */
export function makeRoom(loop: TurnLoop, context: WorkContext, send: ModelCallEffect): Room {
  const window = windowOf(loop, context);
  let now = loop;
  const effects: Effect[] = [];
  while (
    window !== undefined &&
    sentBytes({ ...send, messages: now.messages }) >= window * CONTEXT_SHARES.warnAt
  ) {
    const decision = decide(now, send, window);
    if (decision.type !== 'compact') {
      if (decision.type === 'stuck' && decision.used > window)
        effects.push(warned(now, context, decision.why));
      const tells = decision.type === 'stuck' || decision.warn;
      return { loop: now, messages: tells ? withWarning(now, context, send) : now.messages, effects };
    }
    effects.push(warned(now, context, compactedWords(now, decision, window)));
    const summarising = summarisingOf(now, decision);
    const call = summaryCall(now, { send, summarising, window });
    if (call !== undefined) return { loop: { ...now, summarising }, call, effects };
    now = withSummary(now, summarising, undefined);
  }
  return { loop: now, messages: now.messages, effects };
}

/** Whether a fact answers the call that sums up. Pure. */
export function isSummary({ summarising }: TurnLoop, fact: Fact): boolean {
  return summarising !== undefined && 'key' in fact && fact.key === summarising.key;
}

/** Puts the summary in the place of the older messages; without a usable answer rules write it. Pure. */
export function takeSummary(
  loop: TurnLoop,
  fact: Extract<Fact, { type: 'model.answered' | 'model.failed' }>,
): TurnLoop {
  const { summarising, ...rest } = loop;
  if (summarising === undefined) return loop;
  const isUsable = fact.type === 'model.answered' && fact.finishReason !== 'content_filter';
  const text = isUsable ? messageText(fact.message).trim() : '';
  return withSummary(rest, summarising, text === '' ? undefined : text);
}

/** The loop with what its provider counted for what was just sent; only for long contexts of a known size. Pure. */
export function withRatio(loop: TurnLoop, context: WorkContext, usage: Usage | undefined): TurnLoop {
  const window = windowOf(loop, context);
  if (window === undefined || usage === undefined || usage.inputTokens < window / 4) return loop;
  const counted = tokensOf(loop);
  if (counted === 0) return loop;
  const tokenRatio = Math.min(MOST_RATIO, Math.max(LEAST_RATIO, usage.inputTokens / counted));
  return { ...loop, tokenRatio };
}

/**
 * The loop that knows how much was too long for its server, so that room is made before it asks again; undefined when nothing
 * may go, and in runs of before when it knew that already. Each time it is less, and each costs a try of the call. Pure.
 */
export function tooLong(loop: TurnLoop, context: WorkContext, send: ModelCallEffect): TurnLoop | undefined {
  const { overflow } = context.terms[loop.model] ?? {};
  if (overflow === undefined || (overflow === 'again' && loop.overflowed === true)) return undefined;
  const { used } = decide(loop, send, Number.POSITIVE_INFINITY);
  const tokens = Math.min(used, windowOf(loop, context) ?? used);
  if (decide(loop, send, tokens).type !== 'compact') return undefined;
  return { ...loop, overflowed: true, refused: { model: loop.model, tokens } };
}

/** The loop after an answer: what was sent was not too long. Pure. */
export function answeredInTime({ overflowed: _, ...loop }: TurnLoop): TurnLoop {
  return loop;
}

/** How much room there is, as its provider, its author or experience says. */
function windowOf({ model, refused }: TurnLoop, { terms }: WorkContext): number | undefined {
  const known = [
    terms[model]?.contextTokens,
    terms[model]?.declaredContextTokens,
    refused?.model === model ? refused.tokens : undefined,
  ].filter(tokens => tokens !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function decide(loop: TurnLoop, send: ModelCallEffect, window: number): ContextDecision {
  const { messages, asked: task, summary, tokenRatio: ratio = 1 } = loop;
  const items = contextItems(messages, { task, summary, ratio });
  const fixedTokens = Math.ceil(fixedTokensOf(send) * ratio);
  const summaryTokens = Math.ceil(MAX_SUMMARY_TOKENS * ratio);
  return decideContext(items, { window, fixedTokens, summaryTokens, ...CONTEXT_SHARES });
}

function tokensOf(loop: TurnLoop): number {
  const tools = [...loop.tools, ...loop.controls.map(({ spec }) => spec)];
  const { name, output: schema } = loop.task;
  const fixed = fixedTokensOf({ tools, ...(schema === undefined ? {} : { output: { name, schema } }) });
  return loop.messages.reduce((sum, message) => sum + messageTokens(message), fixed);
}

const fixedKnown = new WeakMap<object, number>();

/** Of a tool a model is sent its name, its description and what it takes. */
function fixedTokensOf({ tools, output }: Pick<ModelCallEffect, 'tools' | 'output'>): number {
  const schema = output === undefined ? 0 : approximateTokens(JSON.stringify(output.schema));
  return tools.reduce((sum, tool) => {
    const { name, description, inputSchema } = tool;
    const known = fixedKnown.get(tool);
    const tokens = known ?? approximateTokens(`${name} ${description} ${JSON.stringify(inputSchema)}`);
    fixedKnown.set(tool, tokens);
    return sum + tokens;
  }, schema);
}

/**
 * Only where the whole window was counted with already, or the plan counts with the warning (`MAX_WARNING_BYTES`), so that no
 * bound is exceeded, and for who has something else to do than to deliver.
 */
function withWarning(loop: TurnLoop, { terms }: WorkContext, send: ModelCallEffect): readonly Message[] {
  const { messages, tools, model } = loop;
  const { contextTokens, declaredContextTokens } = terms[model] ?? {};
  const window = declaredContextTokens ?? contextTokens ?? Number.POSITIVE_INFINITY;
  const onlyDelivers = send.tools.length === 0;
  if (onlyDelivers || sentBytes({ ...send, messages }) < window) return messages;
  const canKeep = tools.some(({ memory }) => memory === 'edits' || memory === 'writes');
  return [...messages, textMessage('system', contextWarning({ canKeep }))];
}

type Compact = Extract<ContextDecision, { type: 'compact' }>;

function summarisingOf(
  { key, turn, tries, tokenRatio = 1 }: TurnLoop,
  { evict, summaryTokens }: Compact,
): Summarising {
  const again = tries > 1 ? `-${tries}` : '';
  return { key: `${key}/summary-${turn}${again}`, evict, maxTokens: Math.floor(summaryTokens / tokenRatio) };
}

/** Undefined when rules have to do it. */
function summaryCall(
  loop: TurnLoop,
  asked: { readonly send: ModelCallEffect; readonly summarising: Summarising; readonly window: number },
): ModelCallEffect | undefined {
  const { send, summarising, window } = asked;
  const { maxTurns } = loop.task;
  if (maxTurns - loop.turn < Math.max(LEAST_TURNS_LEFT, maxTurns / 4)) return undefined;
  const { key, evict } = summarising;
  const { temperature, model, maxTokens, paidBy, origin } = send;
  const evicted = evictedOf(loop, evict);
  const room = (window * CONTEXT_SHARES.downTo) / (loop.tokenRatio ?? 1);
  for (const share of [1, 0.5, 0.25]) {
    const transcript = transcriptOf(evicted, Math.floor(room * share));
    if (transcript === undefined) return undefined;
    const request = contextSummaryRequest({ earlier: earlierOf(loop), transcript });
    const call: ModelCallEffect = {
      type: 'model.call',
      key,
      model,
      messages: [
        textMessage('system', contextSummaryRules(summarising.maxTokens)),
        textMessage('user', request),
      ],
      tools: [],
      ...(temperature === undefined ? {} : { temperature }),
      maxTokens,
      origin: { ...origin, values: {}, asks: 'summary' },
      ...(paidBy === undefined ? {} : { paidBy }),
    };
    if (sentBytes(call) <= sentBytes(send)) return call;
  }
  return undefined;
}

function evictedOf({ messages, summary }: TurnLoop, evict: readonly number[]): readonly Message[] {
  return evict.flatMap(at => {
    const message = messages[at];
    return message === undefined || message === summary ? [] : [message];
  });
}

const SUMMARY = /<summary_of_earlier_messages>\n(.*)\n<\/summary_of_earlier_messages>/s;

function earlierOf({ summary }: TurnLoop): string {
  return summary === undefined ? '' : (SUMMARY.exec(messageText(summary))?.[1] ?? '');
}

function countOf({ summary }: TurnLoop): number {
  return summary === undefined ? 0 : Number(/^(\d+)/.exec(messageText(summary))?.[1] ?? 1);
}

/** Never longer than what makes room for it. */
function withSummary(loop: TurnLoop, summarising: Summarising, written: string | undefined): TurnLoop {
  const { evict, maxTokens } = summarising;
  const evicted = evictedOf(loop, evict);
  const words = {
    count: countOf(loop) + evicted.length,
    canSearch: loop.tools.some(({ name, memory }) => memory === 'reads' && name.endsWith('.recall_search')),
  };
  const frame = messageTokens(textMessage('user', contextSummaryMessage('', words)));
  const room = Math.max(0, maxTokens - frame);
  const text =
    written === undefined
      ? gistSummary(evicted, { earlier: earlierOf(loop), maxTokens: room })
      : cutToTokens(written, room);
  const summary = textMessage('user', contextSummaryMessage(text, words));
  const gone = new Set(evict);
  const [first = 0] = evict;
  const messages = loop.messages.flatMap((message, at) => [
    ...(at === first ? [summary] : []),
    ...(gone.has(at) ? [] : [message]),
  ]);
  return { ...loop, messages, summary };
}

function compactedWords({ overflowed }: TurnLoop, { used, evict, why }: Compact, window: number): string {
  const share = Math.round((used / window) * 100);
  const which = evict.length === 1 ? '1 older message makes' : `${evict.length} older messages make`;
  const rest = why === undefined ? '' : `; ${why}`;
  const full =
    overflowed === true ? 'its server found the context too long' : `its context is ${share} % full`;
  return `${full}, so ${which} room for a summary${rest}`;
}

function warned(loop: TurnLoop, { at, place: phase }: WorkContext, reason: string): Effect {
  return { type: 'event.publish', event: { at, type: 'role.warned', phase, role: loop.task.role, reason } };
}
