import type { ToolCallEffect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import { settle } from '../policy/budget.ts';
import { block, settleAct } from './admission.ts';
import { mayTryAgain, mustWait } from './failed-work.ts';
import { takeWorkFact } from './open-work.ts';
import { type Draft, type OpenWork, publish } from './run-state.ts';
import { contextOf, ownerOf } from './scope.ts';
import { toolEnded } from './turns/tool-ended.ts';

type Unreached = Extract<Fact, { type: 'tool.unreached' }>;

/**
 * A call was not made, because what it needs could not be reached. Where the procedure has a way for that, it has failed.
 * Else nothing is lost by waiting: the run is suspended, and a resume makes just this call again, under the leave that it
 * had. It was not made, so it costs nothing. A fact of a call that is not under way is stale.
 */
export function takeUnreached(draft: Draft, fact: Unreached): void {
  const { [fact.call]: call, ...acts } = draft.state.acts;
  if (call?.type !== 'tool.call') return;
  draft.effects.push({ type: 'effect.cancel', key: call.key });
  const work = draft.state.open[ownerOf(call.key)];
  if (work === undefined) throw new Error(`tool call ${call.key} has no work`);
  if (!mayWait(draft, work, fact)) return fail(draft, call, fact);
  draft.state = { ...draft.state, acts, ledger: settle(draft.state.ledger, call.key, NOTHING) };
  const { at, ms, failure } = fact;
  const ended = { type: 'tool.failed', at, key: call.key, ms, failure } as const;
  const told = toolEnded(contextOf(draft.state, work), call.tool, ended);
  if (told.type === 'event.publish') publish(draft, told.event);
  const { consent: _bound, ...again } = call;
  block(draft, again, failure);
}

const NOTHING = {
  calls: 0,
  toolCalls: 0,
  usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0 },
  costMicroUsd: 0,
} as const;

/** A role whose tool is another one now is told so, for its other tools are still there. */
function mayWait({ state }: Draft, work: OpenWork, { failure }: Unreached): boolean {
  if (failure.code === 'TOOL_CHANGED' && work.state?.kind !== 'tool') return false;
  return !mayTryAgain(state, work, failure) && mustWait(state, work, failure);
}

function fail(draft: Draft, { key }: ToolCallEffect, { at, ms, failure }: Unreached): void {
  const failed = { type: 'tool.failed', at, key, ms, failure } as const;
  settleAct(draft, failed);
  takeWorkFact(draft, failed);
}
