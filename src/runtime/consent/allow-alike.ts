import type { ToolCallEffect } from '../../model/effect.ts';
import { admitAllowed, cancelAct } from '../admission.ts';
import type { Draft } from '../run-state.ts';
import { rulingOn, specOf } from './ruling-on.ts';
import { toolIdentity } from './tool-identity.ts';

/**
 * A person has allowed all calls of a tool in this run: those that wait go out, and later ones are not asked about,
 * but for those that are always asked about.
 */
export function allowAlike(draft: Draft, call: ToolCallEffect): void {
  const identityOf = (each: ToolCallEffect) => toolIdentity(each, specOf(draft.state, each));
  const identity = identityOf(call);
  if (draft.state.alike.includes(identity)) return;
  draft.state = { ...draft.state, alike: [...draft.state.alike, identity] };
  for (const waiting of Object.values(draft.state.approvals)) {
    const { call: other, allowed, inDoubt, asked } = waiting;
    if (other.key === call.key || allowed === true || inDoubt === true) continue;
    if (identityOf(other) !== identity || draft.state.approvals[other.key] === undefined) continue;
    const key = `${other.key}/leave-${asked}`;
    const wasPut = draft.state.acts[key] !== undefined;
    const isHeld = draft.state.blocked.some(act => act.key === key);
    if (!wasPut && !isHeld) continue;
    if (rulingOn(draft.state, other).effect !== 'allow') continue;
    cancelAct(draft, key);
    admitAllowed(draft, waiting);
  }
}
