import type { PersonAskEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import { admitAllowed, block } from '../admission.ts';
import { takeWorkFact } from '../open-work.ts';
import { type Draft, publish } from '../run-state.ts';
import { startedEvent } from '../started-event.ts';
import { settleDoubt } from './doubts.ts';

type PersonFact = Extract<Fact, { type: 'person.answered' | 'person.absent' }>;

/**
 * Takes in what a person said, or that nobody is there. Leave for a tool call lets out just that call, a refusal is the
 * call's failure (CONSENT_DENIED); without anybody to ask the call waits, and the run with it. A question of the
 * procedure is its phase's own business, and whether a call was done is settled elsewhere.
 */
export function takePersonFact(draft: Draft, fact: PersonFact, ask: PersonAskEffect): void {
  if (fact.type === 'person.answered') {
    const { at, key, choice, text, by } = fact;
    const { id, phase } = ask;
    publish(draft, { at, type: 'person.answered', key, id, phase, choice, text, by });
  }
  if (ask.question.kind === 'question') return takeWorkFact(draft, fact);
  if (ask.question.kind === 'uncertain') return settleDoubt(draft, fact, ask);
  const waiting = draft.state.approvals[ask.id];
  if (waiting === undefined) throw new Error(`leave for ${ask.id} outlived its call`);
  const { call } = waiting;
  if (fact.type === 'person.absent') {
    const message = `\`${call.tool}\` may change something, and nobody is here to allow it (\`${ask.phase}\`)`;
    return block(draft, call, { code: 'CONSENT_REQUIRED', message });
  }
  if (fact.choice === 'allow') return admitAllowed(draft, waiting);
  const { [ask.id]: _refused, ...approvals } = draft.state.approvals;
  draft.state = { ...draft.state, approvals };
  // It is over as soon as it has begun, like any call that is answered without being made.
  publish(draft, startedEvent(draft.state, call));
  const said = fact.text === null ? '' : `: ${fact.text}`;
  const failure = { code: 'CONSENT_DENIED', message: `a person refused this call${said}` } as const;
  takeWorkFact(draft, { type: 'tool.failed', at: fact.at, key: call.key, ms: 0, failure });
}
