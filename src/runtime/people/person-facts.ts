import type { PersonAskEffect, ToolCallEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import type { PersonQuestion } from '../../model/person-question.ts';
import { admitAllowed, block, refuseCall } from '../admission.ts';
import { allowAlike } from '../consent/allow-alike.ts';
import { takeWorkFact } from '../open-work.ts';
import { type Draft, publish } from '../run-state.ts';
import { settleDoubt } from './doubts.ts';

type PersonFact = Extract<Fact, { type: 'person.answered' | 'person.absent' }>;

/**
 * Takes in what a person said, or that nobody is there. Leave for a tool call lets out just that call, or also all others of
 * its tool, a refusal is the call's failure (CONSENT_DENIED); without anybody to ask the call waits, and the run with it,
 * unless the policy refuses it then. An answer to a question that was bound to something else counts as none. A question of
 * the procedure is its phase's own business, and whether a call was done is settled elsewhere.
 */
export function takePersonFact(draft: Draft, fact: PersonFact, ask: PersonAskEffect): void {
  if (ask.question.kind === 'approval') return takeLeave(draft, fact, { ...ask, question: ask.question });
  tellAnswer(draft, fact, ask);
  if (ask.question.kind === 'question') return takeWorkFact(draft, fact);
  settleDoubt(draft, fact, ask);
}

type LeaveAsk = PersonAskEffect & { readonly question: Extract<PersonQuestion, { kind: 'approval' }> };

function takeLeave(draft: Draft, fact: PersonFact, ask: LeaveAsk): void {
  const { id, phase, question } = ask;
  const waiting = draft.state.approvals[id];
  if (waiting === undefined) throw new Error(`leave for ${id} outlived its call`);
  const { call } = waiting;
  if (fact.type === 'person.absent') return waitForLeave(draft, call, ask);
  if (fact.binding !== question.binding) {
    const message = `the answer about \`${call.tool}\` was to something else than what is asked now (\`${phase}\`)`;
    return block(draft, call, { code: 'CONSENT_REQUIRED', message });
  }
  tellAnswer(draft, fact, ask);
  if (fact.choice === 'allow') {
    admitAllowed(draft, waiting);
    return fact.alike === true ? allowAlike(draft, call) : undefined;
  }
  const said = fact.text === null ? '' : `: ${fact.text}`;
  refuseCall(draft, call, `a person refused this call${said}`);
}

function waitForLeave(draft: Draft, call: ToolCallEffect, { phase, question }: LeaveAsk): void {
  if (draft.state.policy?.nonInteractive === 'deny') {
    const message = `\`${call.tool}\` must be asked about, nobody is here, and the policy says \`nonInteractive: deny\``;
    return refuseCall(draft, call, message);
  }
  const may = question.destructive === true ? 'may destroy something' : 'may change something';
  const message = `\`${call.tool}\` ${may}, and nobody is here to allow it (\`${phase}\`)`;
  block(draft, call, { code: 'CONSENT_REQUIRED', message });
}

function tellAnswer(draft: Draft, fact: PersonFact, { id, phase }: PersonAskEffect): void {
  if (fact.type === 'person.absent') return;
  const { at, key, choice, text, by, alike } = fact;
  const told = { at, type: 'person.answered', key, id, phase, choice, text, by } as const;
  publish(draft, alike === true ? { ...told, alike } : told);
}
