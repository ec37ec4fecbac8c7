import type { CodedFailure, ErrorCode } from '../model/crew-error.ts';
import type { ActEffect, Effect, ModelCallEffect, ToolCallEffect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import { NO_USAGE, type Usage } from '../model/usage.ts';
import { type Charge, forfeit, reserve, settle } from '../policy/budget.ts';
import { hashArguments } from '../policy/consent.ts';
import { callCost } from './call-cost.ts';
import { type LeaveReason, leaveQuestion } from './consent/leave-question.ts';
import { rulingOn } from './consent/ruling-on.ts';
import { potsOf } from './pots.ts';
import { withOrigin } from './remember/with-origin.ts';
import { type Draft, publish, type RunState, type WaitingCall } from './run-state.ts';
import { ownerOf, placeOf } from './scope.ts';
import { sentBytes } from './sent-bytes.ts';
import { isSilent, startedEvent } from './started-event.ts';
import { weave } from './steering.ts';

/**
 * Lets effects out: the one place where consent and budget are asked.
 * 1. Nothing goes out while the run is suspended; it waits in `blocked`. What is over is remembered as long as
 *    something is still waited for.
 * 2. A tool call goes out only with consent (R9), any call only with a reservation of its worst case (R8).
 * 3. What may not go out suspends the run; a call that a person may allow waits in `approvals` until they have answered.
 *    A call that is decided against is refused: its work is told, and goes another way.
 * 4. A call goes out with the hash of the arguments that were decided on, and the places of its paths, if rules looked at
 *    them; the executor holds both against what it is about to do.
 * 5. A model call goes out with what people have said to its role meanwhile, which its reservation counts (`steering.ts`).
 * 6. The watchers hear that a call started when it goes out, not when it was wished for.
 */
export function admit(draft: Draft, effects: readonly Effect[]): void {
  for (const effect of effects) {
    if (effect.type === 'event.publish') draft.effects.push(effect);
    else if (effect.type === 'effect.cancel') cancelAct(draft, effect.key);
    else admitAct(draft, effect);
  }
}

/**
 * Charges the calls whose outcome was lost with the process that made them, because they may have been served, and sets
 * their worst case aside again. What the budget does not allow again waits. A call that must not be repeated is made no
 * second time without a person's word, so its reservation stands.
 */
export function chargeLostCalls(draft: Draft): void {
  for (const act of Object.values(draft.state.acts)) {
    if (!isCharged(act) || isOnceOnly(act)) continue;
    const ledger = forfeit(draft.state.ledger, act.key);
    const reserved = reserve(ledger, act.key, reservationOf(draft.state, act));
    if ('ledger' in reserved) {
      draft.state = { ...draft.state, ledger: reserved.ledger };
      continue;
    }
    draft.state = { ...draft.state, ledger };
    cancelAct(draft, act.key);
    block(draft, act, reserved.failure);
  }
}

/** Withdraws an effect; a call that was under way is charged in full, because it may have been served. */
export function cancelAct(draft: Draft, key: string): void {
  const { [key]: act, ...acts } = draft.state.acts;
  const blocked = draft.state.blocked.filter(effect => effect.key !== key);
  draft.state = { ...draft.state, acts, blocked, ledger: forfeit(draft.state.ledger, key) };
  if (act !== undefined) draft.effects.push({ type: 'effect.cancel', key });
}

/** Withdraws all effects whose keys have a prefix, and the tool calls under it that wait for a person. */
export function cancelActsOf(draft: Draft, prefix: string): void {
  const keys = [...Object.keys(draft.state.acts), ...draft.state.blocked.map(effect => effect.key)];
  for (const key of keys) if (key.startsWith(prefix)) cancelAct(draft, key);
  const approvals = Object.entries(draft.state.approvals);
  for (const [key, { inDoubt }] of approvals) {
    if (inDoubt && key.startsWith(prefix))
      draft.state = { ...draft.state, ledger: forfeit(draft.state.ledger, key) };
  }
  const others = approvals.filter(([key]) => !key.startsWith(prefix));
  const placed = Object.entries(draft.state.placed).filter(([key]) => !key.startsWith(prefix));
  draft.state = {
    ...draft.state,
    approvals: Object.fromEntries(others),
    placed: Object.fromEntries(placed),
  };
  const refused = draft.refused.filter(({ call }) => !call.key.startsWith(prefix));
  draft.refused.splice(0, draft.refused.length, ...refused);
}

/** Takes an answered effect off the open ones, settles its charge and returns it; undefined for a stale fact. */
export function settleAct(draft: Draft, fact: Extract<Fact, { key: string }>): ActEffect | undefined {
  const { [fact.key]: act, ...acts } = draft.state.acts;
  if (act === undefined) return undefined;
  const held = draft.state.ledger.reserved[fact.key];
  const ledger =
    held === undefined
      ? draft.state.ledger
      : settle(draft.state.ledger, fact.key, actualCharge(draft.state, act, { fact, held }));
  const { [fact.key]: _called, ...approvals } = draft.state.approvals;
  const { [fact.key]: _placed, ...placed } = draft.state.placed;
  draft.state = { ...draft.state, acts, ledger, approvals, placed };
  return act;
}

/** A person has allowed this call, so it goes out, now or when nothing else is in its way any more. */
export function admitAllowed(draft: Draft, waiting: WaitingCall): void {
  const { call } = waiting;
  const approvals = { ...draft.state.approvals, [call.key]: { ...waiting, allowed: true as const } };
  draft.state = { ...draft.state, approvals };
  admitAct(draft, call);
}

/** It is known where the paths of a call are, so it can be decided about. */
export function takePlaces(
  draft: Draft,
  fact: Extract<Fact, { type: 'paths.resolved' }>,
  callKey: string,
): void {
  const waiting = draft.state.placed[callKey];
  if (waiting === undefined) throw new Error(`the places of ${callKey} outlived their call`);
  const placed = { ...draft.state.placed, [callKey]: { ...waiting, places: fact.places } };
  draft.state = { ...draft.state, placed };
  admitAct(draft, waiting.call);
}

/** The call is not made, and its work is told why (CONSENT_DENIED). */
export function refuseCall(draft: Draft, call: ToolCallEffect, message: string): undefined {
  const { [call.key]: _refused, ...approvals } = draft.state.approvals;
  const { [call.key]: _placed, ...placed } = draft.state.placed;
  draft.state = { ...draft.state, approvals, placed };
  draft.refused.push({ call, failure: { code: 'CONSENT_DENIED', message } });
}

function admitAct(draft: Draft, wish: ActEffect): void {
  const { suspension } = draft.state;
  if (suspension !== undefined && (suspension.settled || !isMemory(wish))) {
    return block(draft, wish, suspension.failure);
  }
  const woven = wish.type === 'model.call' ? weave(draft.state, wish) : undefined;
  const effect =
    wish.type === 'tool.call' ? passConsent(draft, withOrigin(draft.state, wish)) : (woven?.call ?? wish);
  if (effect === undefined) return;
  const refusal = refusalOf(draft, effect);
  if (refusal !== undefined) return block(draft, wish, refusal);
  if (woven?.steering !== undefined) draft.state = { ...draft.state, steering: woven.steering };
  draft.state = { ...draft.state, acts: { ...draft.state.acts, [effect.key]: effect } };
  if (!isSilent(effect) && !wasTold(draft.state, effect.key)) {
    publish(draft, startedEvent(draft.state, effect));
  }
  draft.effects.push(effect);
}

/** A call that was in doubt had begun. */
function wasTold(state: RunState, key: string): boolean {
  return state.approvals[key]?.doubts !== undefined;
}

/** The call with what was decided on; undefined when it does not go out now: it waits, or was refused. */
function passConsent(draft: Draft, call: ToolCallEffect): ToolCallEffect | undefined {
  const { approvals } = draft.state;
  if (approvals[call.key]?.allowed === true) return bound(draft.state, call);
  const ruling = rulingOn(draft.state, call);
  switch (ruling.effect) {
    case 'allow':
      return bound(draft.state, call);
    case 'ask':
      return askForLeave(draft, call, ruling);
    case 'look':
      return lookForPlaces(draft, call, ruling.paths);
    case 'deny': {
      const rule = ruling.rule === undefined ? '' : ` (${ruling.rule})`;
      return refuseCall(draft, call, `\`${call.tool}\` may not be called here: ${ruling.reason}${rule}`);
    }
  }
}

/** In runs of before there were policies calls went out as they were wished for. */
function bound({ policy, placed }: RunState, call: ToolCallEffect): ToolCallEffect {
  if (policy === undefined) return call;
  const argsHash = hashArguments(call.args);
  const { paths, places } = placed[call.key] ?? {};
  const looked = paths === undefined || places === undefined ? {} : { paths, places };
  return { ...call, consent: { argsHash, ...looked } };
}

/** The call waits until a person has allowed exactly these arguments. */
function askForLeave(draft: Draft, call: ToolCallEffect, why: LeaveReason): undefined {
  const { key } = call;
  const asked = (draft.state.approvals[key]?.asked ?? 0) + 1;
  const question = leaveQuestion(draft.state, call, why);
  const { binding } = question;
  const waiting = { call, asked, ...(binding === undefined ? {} : { binding }) };
  draft.state = { ...draft.state, approvals: { ...draft.state.approvals, [key]: waiting } };
  const work = draft.state.open[ownerOf(key)];
  if (work === undefined) throw new Error(`tool call ${key} has no work`);
  const phase = placeOf(draft.state, work);
  admitAct(draft, { type: 'person.ask', key: `${key}/leave-${asked}`, id: key, phase, question });
}

/** The call waits until it is known where its paths are. */
function lookForPlaces(draft: Draft, call: ToolCallEffect, paths: readonly string[]): undefined {
  const { key } = call;
  const looked = (draft.state.placed[key]?.looked ?? 0) + 1;
  draft.state = { ...draft.state, placed: { ...draft.state.placed, [key]: { call, looked, paths } } };
  admitAct(draft, { type: 'path.resolve', key: `${key}/places-${looked}`, call: key, paths });
}

/** Keeps an effect back until the run is resumed. */
export function block(draft: Draft, effect: ActEffect, failure: CodedFailure): void {
  const { state } = draft;
  const suspension = state.suspension ?? { failure, atOnce: false, settled: false };
  draft.state = { ...state, suspension, blocked: [...state.blocked, effect] };
}

/** Reserves on success; what was in doubt has its reservation still. */
function refusalOf(draft: Draft, effect: ActEffect): CodedFailure | undefined {
  if (!isCharged(effect)) return undefined;
  const { state } = draft;
  if (state.ledger.reserved[effect.key] !== undefined) return undefined;
  const reserved = reserve(state.ledger, effect.key, reservationOf(state, effect));
  if ('failure' in reserved) return reserved.failure;
  draft.state = { ...state, ledger: reserved.ledger };
  return undefined;
}

function isMemory({ type }: ActEffect): boolean {
  return type === 'memory.recall' || type === 'memory.write';
}

/** Whether the budget has room for the worst case of a model call right now, and nothing is suspended. Pure. */
export function canAfford(state: RunState, call: ModelCallEffect): boolean {
  return (
    state.suspension === undefined && 'ledger' in reserve(state.ledger, call.key, reservationOf(state, call))
  );
}

type Charged = ModelCallEffect | ToolCallEffect;

function isCharged(act: ActEffect): act is Charged {
  return act.type === 'model.call' || act.type === 'tool.call';
}

function isOnceOnly(act: ActEffect): boolean {
  return act.type === 'tool.call' && !act.repeatable;
}

function reservationOf(state: RunState, effect: Charged) {
  return { ...worstCase(state, effect), pots: potsOf(state, effect) };
}

function worstCase(state: RunState, effect: Charged): Charge {
  if (effect.type === 'tool.call') return { calls: 0, toolCalls: 1, usage: NO_USAGE, costMicroUsd: 0 };
  const terms = state.terms[effect.model];
  if (terms?.languageModel === false) return { calls: 1, toolCalls: 0, usage: NO_USAGE, costMicroUsd: 0 };
  const usage = {
    inputTokens: inputBound(effect, terms?.contextTokens),
    outputTokens: effect.maxTokens,
    cachedInputTokens: 0,
  };
  return { calls: 1, toolCalls: 0, usage, costMicroUsd: callCost(terms, usage) };
}

/**
 * No tokenizer makes more tokens than there are bytes; the JSON around the text stands for the provider's own framing.
 * What does not fit the context window is refused by the provider.
 */
function inputBound(effect: ModelCallEffect, contextTokens = Number.POSITIVE_INFINITY): number {
  return Math.min(contextTokens, sentBytes(effect));
}

/** Failures after the provider began to answer; all earlier ones no provider bills. */
const BILLED: ReadonlySet<ErrorCode> = new Set([
  'PROVIDER_TIMEOUT',
  'PROVIDER_PROTOCOL',
  'RUN_INTERRUPTED',
  'RUN_TERMINATED',
]);

function actualCharge(
  state: RunState,
  act: ActEffect,
  { fact, held }: { readonly fact: Fact; readonly held: Charge },
): Charge {
  if (act.type !== 'model.call') return held;
  const usage = reportedUsage(fact);
  if (usage === undefined) return held;
  return { ...held, usage, costMicroUsd: callCost(state.terms[act.model], usage) };
}

/** Undefined when the worst case must be charged. */
function reportedUsage(fact: Fact): Usage | undefined {
  if (fact.type === 'model.answered') return fact.usage;
  if (fact.type !== 'model.failed') return undefined;
  return fact.usage ?? (BILLED.has(fact.failure.code) ? undefined : NO_USAGE);
}
