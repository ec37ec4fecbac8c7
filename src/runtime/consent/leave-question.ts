import type { ToolCallEffect } from '../../model/effect.ts';
import type { PersonQuestion } from '../../model/person-question.ts';
import { approvalBinding } from '../../policy/approval-binding.ts';
import { hashArguments } from '../../policy/consent.ts';
import type { RunState } from '../run-state.ts';
import { type Ruling, specOf } from './ruling-on.ts';

type Approval = Extract<PersonQuestion, { kind: 'approval' }>;

/** Why a person is asked. */
export type LeaveReason = Exclude<Ruling, { effect: 'look' }>;

/**
 * The question for leave for one call: exactly these arguments, why it is asked, and the binding of all that leave is given
 * for. Runs of before there were policies ask as they did. Pure.
 */
export function leaveQuestion(
  state: RunState,
  call: ToolCallEffect,
  { reason, rule, destructive }: LeaveReason,
): Approval {
  const { key, tool, args } = call;
  const argsHash = hashArguments(args);
  const asked = { kind: 'approval', tool, args, argsHash } as const;
  if (state.policy === undefined) return asked;
  const { hash: policyHash } = state.policy;
  const spec = specOf(state, call);
  const behind = {
    ...(spec?.server === undefined ? {} : { server: spec.server }),
    ...(spec?.pin === undefined ? {} : { pin: spec.pin }),
  };
  // A fork begins with what was allowed in the run that it comes from, under the name that both have.
  const binding = approvalBinding({ run: state.seed, call: key, tool, argsHash, policyHash, ...behind });
  return {
    ...asked,
    binding,
    policyHash,
    ...behind,
    reason,
    ...(rule === undefined ? {} : { rule }),
    destructive,
  };
}
