import { evaluateCondition } from '../../expressions/template-evaluate.ts';
import type { TalkEnding } from '../../model/crew.ts';
import type { WorkContext } from '../work-context.ts';
import { candidatesAfter, type TalkState } from './talk-state.ts';
import { replyText, replyWords, talkScope } from './talk-thread.ts';

/** Why a conversation is over, in a few words; `limited` when its turns are used up. */
export interface TalkOver {
  readonly reason: string;
  readonly limited?: true;
}

/**
 * Whether a conversation is over after its last reply: one of `until` holds, its turns are used up, or nobody may speak
 * next. Undefined while it goes on. Fails with TEMPLATE_FAILED when a condition cannot be evaluated. Pure.
 */
export function findEnding(state: TalkState, context: WorkContext): TalkOver | undefined {
  const { work, said } = state;
  for (const ending of work.until) {
    const reason = holds(ending, state, context);
    if (reason !== undefined) return { reason };
  }
  if (said.length >= work.maxTurns) return { reason: `\`max_turns\` is ${work.maxTurns}`, limited: true };
  const speaker = said.at(-1)?.speaker ?? '';
  if (candidatesAfter(work, speaker).length > 0) return undefined;
  return { reason: `nobody may speak after \`${speaker}\`` };
}

/** All that an ending gives must hold; the reasons then, else undefined. */
function holds(ending: TalkEnding, state: TalkState, context: WorkContext): string | undefined {
  const reply = state.said.at(-1)?.reply ?? null;
  const { when, text, tokens, timeMs, noProgressTurns } = ending;
  const reasons: string[] = [];
  if (text !== undefined) {
    if (!replyText(reply).includes(text) && !replyWords(reply).includes(text)) return undefined;
    reasons.push(`the reply contains ${JSON.stringify(text)}`);
  }
  if (tokens !== undefined) {
    if (state.tokens < tokens) return undefined;
    reasons.push(`${state.tokens} tokens were used`);
  }
  if (timeMs !== undefined) {
    const passedMs = context.at - context.openedAt;
    if (passedMs < timeMs) return undefined;
    reasons.push(`${passedMs} ms have passed`);
  }
  if (noProgressTurns !== undefined) {
    if (state.stale < noProgressTurns) return undefined;
    reasons.push(`${state.stale} replies in a row said nothing new`);
  }
  if (when !== undefined) {
    if (!evaluateCondition(when, { ...context.scope, ...talkScope(state) })) return undefined;
    reasons.push(`\`${when}\` holds`);
  }
  return reasons.join(' and ');
}
