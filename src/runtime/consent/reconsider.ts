import type { ActEffect, ToolCallEffect } from '../../model/effect.ts';
import { cancelAct } from '../admission.ts';
import type { Draft } from '../run-state.ts';
import { rulingOn } from './ruling-on.ts';

/**
 * Begins all decisions about calls again, under a new policy. Leave that was given under the one before does not count any
 * more, also for a call in doubt once it is settled; paths are looked up again; what was under way goes on only where it
 * would be let out now. `blocked` are the effects that waited for the resume; returns those that wait now, calls instead of
 * the questions about them. Pure but for the draft.
 */
export function reconsider(draft: Draft, blocked: readonly ActEffect[]): readonly ActEffect[] {
  const { approvals, placed, acts } = draft.state;
  const again = new Map<string, ToolCallEffect>();
  const wait = ({ consent: _old, ...call }: ToolCallEffect): void => {
    if (acts[call.key] === undefined) again.set(call.key, call);
  };
  for (const { call, inDoubt } of Object.values(approvals)) if (inDoubt !== true) wait(call);
  for (const { call } of Object.values(placed)) if (approvals[call.key]?.inDoubt !== true) wait(call);
  for (const act of Object.values(acts)) if (isAboutCall(act)) cancelAct(draft, act.key);
  forget(draft);
  for (const act of Object.values(acts)) {
    if (act.type !== 'tool.call' || rulingOn(draft.state, act).effect === 'allow') continue;
    cancelAct(draft, act.key);
    const { consent: _old, ...call } = act;
    again.set(call.key, call);
  }
  const others = blocked.filter(act => !isAboutCall(act) && !again.has(act.key));
  return [...others, ...again.values()];
}

/** The question for leave, or where its paths are. */
function isAboutCall(act: ActEffect): boolean {
  return act.type === 'path.resolve' || (act.type === 'person.ask' && act.question.kind === 'approval');
}

/** Only how often it was asked stays, because keys count it. */
function forget(draft: Draft): void {
  const { approvals, placed } = draft.state;
  const waiting = Object.entries(approvals).map(([key, { allowed: _given, binding: _old, ...rest }]) => [
    key,
    rest,
  ]);
  const unplaced = Object.entries(placed).map(([key, { places: _before, ...rest }]) => [key, rest]);
  draft.state = {
    ...draft.state,
    alike: [],
    approvals: Object.fromEntries(waiting),
    placed: Object.fromEntries(unplaced),
  };
}
