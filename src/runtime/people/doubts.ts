import type { PersonAskEffect } from '../../model/effect.ts';
import type { Fact } from '../../model/fact.ts';
import { fitsQuestion } from '../../model/fits-question.ts';
import type { JsonValue } from '../../model/json.ts';
import { hashArguments } from '../../policy/consent.ts';
import { admit, block, settleAct } from '../admission.ts';
import { takeWorkFact } from '../open-work.ts';
import { type Draft, procedureOf, type WaitingCall } from '../run-state.ts';
import { ownerOf } from '../scope.ts';

/** What a call that was done is taken to have returned when the person does not say. */
const ASSUMED: JsonValue = { assumed: 'done' };

/** The question whether a call was done, for each time that it is in doubt another one. Pure. */
export function doubtId({ call, doubts = 0 }: WaitingCall): string {
  return `${call.key}/doubt-${doubts}`;
}

/**
 * A call that must not be repeated began before the last stop, and its outcome was lost: it is withdrawn and a person is
 * asked whether it was done. Its reservation and the leave that it was given stay. A fact of a call that is not under way
 * is stale.
 */
export function doubtCall(draft: Draft, fact: Extract<Fact, { type: 'tool.uncertain' }>): void {
  const { [fact.call]: call, ...acts } = draft.state.acts;
  if (call?.type !== 'tool.call') return;
  const before = draft.state.approvals[call.key];
  const doubts = (before?.doubts ?? 0) + 1;
  const waiting = { call, asked: before?.asked ?? 0, allowed: true, doubts, inDoubt: true } as const;
  draft.state = { ...draft.state, acts, approvals: { ...draft.state.approvals, [call.key]: waiting } };
  draft.effects.push({ type: 'effect.cancel', key: call.key });
  ask(draft, waiting, 1);
}

/**
 * Takes in what a person said about a call in doubt. `done` is its outcome, with the result that they gave or
 * `{"assumed": "done"}`; after `not done` it is called again. Without anybody to ask, and with an answer that does not
 * fit, the run waits (EFFECT_UNCERTAIN) and asks again when it is resumed.
 */
export function settleDoubt(
  draft: Draft,
  fact: Extract<Fact, { type: 'person.answered' | 'person.absent' }>,
  { id, key, question, phase }: PersonAskEffect,
): void {
  const waiting = Object.values(draft.state.approvals).find(each => each.inDoubt && doubtId(each) === id);
  if (waiting === undefined) throw new Error(`the doubt ${id} outlived its call`);
  const { call, inDoubt: _settled, ...known } = waiting;
  if (fact.type === 'person.absent' || !fitsQuestion(question, fact)) {
    const message = `whether \`${call.tool}\` was done before the stop is not known, and nobody is here to say (\`${phase}\`)`;
    const again = { type: 'person.ask', key: nextKey(key), id, phase, question } as const;
    return block(draft, again, { code: 'EFFECT_UNCERTAIN', message });
  }
  draft.state = { ...draft.state, approvals: { ...draft.state.approvals, [call.key]: { call, ...known } } };
  if (fact.choice === 'not done') return admit(draft, [call]);
  draft.state = { ...draft.state, acts: { ...draft.state.acts, [call.key]: call } };
  const value = fact.text === null ? ASSUMED : (JSON.parse(fact.text) as JsonValue);
  const returned = { type: 'tool.returned', at: fact.at, key: call.key, ms: 0, value } as const;
  settleAct(draft, returned);
  takeWorkFact(draft, returned);
}

function ask(draft: Draft, waiting: WaitingCall, nth: number): void {
  const { key, tool, args } = waiting.call;
  const work = draft.state.open[ownerOf(key)];
  if (work === undefined) throw new Error(`tool call ${key} has no work`);
  const phase = `${procedureOf(draft.state, work.procedure).place}${work.path}`;
  const id = doubtId(waiting);
  const question = { kind: 'uncertain', tool, args, argsHash: hashArguments(args) } as const;
  admit(draft, [{ type: 'person.ask', key: `${id}-${nth}`, id, phase, question }]);
}

/** The questions of one doubt are counted at the end of their keys. */
function nextKey(key: string): string {
  const dash = key.lastIndexOf('-');
  return `${key.slice(0, dash)}-${Number(key.slice(dash + 1)) + 1}`;
}
