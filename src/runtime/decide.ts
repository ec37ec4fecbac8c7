import type { ActEffect, Effect } from '../model/effect.ts';
import type { Fact } from '../model/fact.ts';
import type { Program } from '../model/program.ts';
import { nearestTimeLimit, openLedger, raiseLimits } from '../policy/budget.ts';
import { admit, cancelAct, chargeLostCalls, settleAct, takePlaces } from './admission.ts';
import { callsUnderWay } from './calls-under-way.ts';
import { reconsider } from './consent/reconsider.ts';
import { firstInputs } from './crews/rewritten-inputs.ts';
import { goOnEnding } from './end-run.ts';
import { releaseHeld, takeWorkFact } from './open-work.ts';
import { doubtCall } from './people/doubts.ts';
import { takePersonFact } from './people/person-facts.ts';
import { openPots } from './pots.ts';
import { noteAnswer, noteCall } from './remember/around-work.ts';
import { route } from './routing.ts';
import { type Draft, ENTER, publish, type RunState } from './run-state.ts';
import { ownerOf, placeOf } from './scope.ts';
import { steer } from './steering.ts';
import { takeUnreached } from './unreached.ts';

/**
 * Starts a run: the state after its first fact, and the first wishes. Pure.
 * @see ./README.md for the guarantees R1 to R9
 */
export function startRun(
  program: Program,
  fact: Extract<Fact, { type: 'run.started' }>,
): readonly [RunState, readonly Effect[]] {
  const { at, runId, inputs, models, terms, grants = [], policy, memory, withoutMemory, seed = runId } = fact;
  const procedure = {
    id: '',
    place: '',
    crewPath: '',
    program,
    inputs: firstInputs(program, inputs),
    given: inputs,
    artifacts: {},
    visits: {},
    entered: {},
    published: {},
    moment: 0,
  };
  const state: RunState = {
    program,
    runId,
    seed,
    models,
    terms,
    grants,
    ...(policy === undefined ? {} : { policy }),
    ...(memory === undefined ? {} : { memory }),
    ...(withoutMemory === undefined ? {} : { withoutMemory }),
    alike: [],
    procedures: { '': procedure },
    open: {},
    acts: {},
    blocked: [],
    approvals: {},
    placed: {},
    ledger: openPots(openLedger(program.budget), procedure, 0),
    activeMs: 0,
    timeLimits: 0,
    idle: false,
    at,
  };
  const { crew, goal, hash: programHash } = program;
  const started = { at, type: 'run.started', runId, crew, goal, programHash, inputs, models } as const;
  const draft: Draft = { state, effects: [], moves: [{ procedure: '', type: ENTER }], refused: [] };
  publish(draft, started);
  limitTime(draft);
  route(draft);
  return finish(draft);
}

/** Folds one fact into a run: the next state and the next wishes. Pure; a stale fact changes only the clock. */
export function decide(state: RunState, fact: Fact): readonly [RunState, readonly Effect[]] {
  const draft: Draft = { state: advanceClock(state, fact), effects: [], moves: [], refused: [] };
  if (fact.type === 'run.resumed') resume(draft, fact);
  else if (fact.type === 'tool.uncertain') doubtCall(draft, fact);
  else if (fact.type === 'tool.unreached') takeUnreached(draft, fact);
  else if (fact.type === 'role.steered') steer(draft, fact);
  else if (fact.type !== 'run.started') takeOutcome(draft, fact);
  route(draft);
  return finish(draft);
}

/** An outcome without its effect is stale. */
function takeOutcome(draft: Draft, fact: Extract<Fact, { key: string }>): void {
  const act = settleAct(draft, fact);
  if (act === undefined) return;
  if (isRunTimer(fact.key)) return runOutOfTime(draft);
  if (draft.state.ending !== undefined) return goOnEnding(draft, fact);
  if (act.type === 'tool.call') noteCall(draft, act, fact);
  if (act.type === 'model.call') noteAnswer(draft, act, fact);
  if (fact.type === 'tool.returned' || fact.type === 'tool.failed') publishAsked(draft, fact, act);
  if (fact.type === 'paths.resolved') {
    return act.type === 'path.resolve' ? takePlaces(draft, fact, act.call) : undefined;
  }
  if (fact.type !== 'person.answered' && fact.type !== 'person.absent') return takeWorkFact(draft, fact);
  if (act.type === 'person.ask') takePersonFact(draft, fact, act);
}

/** What a tool asked while it worked was answered before its call was over. */
function publishAsked(
  draft: Draft,
  { at, key, asked = [] }: Extract<Fact, { type: 'tool.returned' | 'tool.failed' }>,
  act: ActEffect,
): void {
  const work = draft.state.open[ownerOf(key)];
  if (act.type !== 'tool.call' || work === undefined) return;
  const phase = placeOf(draft.state, work);
  for (const { question, answer } of asked) {
    publish(draft, { at, type: 'tool.asked', key, phase, tool: act.tool, question, answer });
  }
}

/** The time between a stop and a resume is nobody's work, and neither is that in which people think. */
function advanceClock(state: RunState, fact: Fact): RunState {
  const worked = fact.type === 'run.resumed' || state.idle ? 0 : Math.max(0, fact.at - state.at);
  return { ...state, at: fact.at, activeMs: state.activeMs + worked };
}

function resume(draft: Draft, fact: Extract<Fact, { type: 'run.resumed' }>): void {
  publish(draft, { at: fact.at, type: 'run.resumed' });
  const { suspension: _ended, blocked, ...state } = draft.state;
  const grants = [...state.grants, ...(fact.grants ?? [])];
  draft.state = {
    ...state,
    grants,
    ...(fact.policy === undefined ? {} : { policy: fact.policy }),
    idle: false,
    blocked: [],
    ledger: raiseLimits(state.ledger, fact.budget ?? {}),
  };
  if (fact.budget?.timeMs !== undefined) cancelAct(draft, timeKey(draft.state));
  const isOver = draft.state.ending !== undefined;
  if (draft.state.acts[timeKey(draft.state)] === undefined && !isOver) limitTime(draft);
  const waiting = fact.policy === undefined ? blocked : reconsider(draft, blocked);
  // Without time left nothing is asked again, so nothing is charged again either; and a fork has lost no calls.
  if (draft.state.suspension === undefined && fact.forked !== true) chargeLostCalls(draft);
  admit(draft, waiting);
  releaseHeld(draft);
}

/** Starts the timer of the nearest time ceiling, the run's or that of a crew inside, for what is left of it. */
function limitTime(draft: Draft): void {
  const { timeDue: _before, ...state } = draft.state;
  const nearest = nearestTimeLimit(state.ledger);
  draft.state = state;
  if (nearest === undefined) return;
  draft.state = { ...state, timeLimits: state.timeLimits + 1, timeDue: nearest.due };
  const ms = nearest.due - state.activeMs;
  if (ms <= 0) return runOutOfTime(draft);
  admit(draft, [{ type: 'timer.start', key: timeKey(draft.state), ms }]);
}

function runOutOfTime(draft: Draft): void {
  const { activeMs, ledger } = draft.state;
  const { due = activeMs, limitMs = 0, words = RUN_WORDS } = nearestTimeLimit(ledger) ?? {};
  const seconds = Math.round((activeMs - due + limitMs) / 1000);
  const limit = `\`${words.path}budget.time\` is ${Math.round(limitMs / 1000)} s`;
  const message = `${words.where}the run has worked for ${seconds} s; ${limit}`;
  const failure = { code: 'BUDGET_EXCEEDED', message } as const;
  draft.state = { ...draft.state, suspension: { failure, atOnce: true, settled: false } };
}

const RUN_WORDS = { where: '', path: '' } as const;

/** The time of a crew inside begins and ends with it. */
function followTimeLimits(draft: Draft): void {
  const { suspension, end, ending, idle, ledger, timeDue } = draft.state;
  if (suspension !== undefined || end !== undefined || ending !== undefined || idle) return;
  if (nearestTimeLimit(ledger)?.due === timeDue) return;
  cancelAct(draft, timeKey(draft.state));
  limitTime(draft);
}

function timeKey(state: RunState): string {
  return `run/time-${state.timeLimits}`;
}

/** All other keys begin with the path of a phase and a colon, or are of what is remembered of the run. */
function isRunTimer(key: string): boolean {
  return key.startsWith('run/time-');
}

/** Stops the clock of the run's time ceiling while only people are waited for. */
function watchIdleness(draft: Draft): void {
  const { acts, end, idle } = draft.state;
  const open = Object.values(acts).filter(act => act.type !== 'timer.start');
  const waits = end === undefined && open.length > 0 && open.every(act => act.type === 'person.ask');
  if (waits === idle) return;
  draft.state = { ...draft.state, idle: waits };
  if (waits) cancelAct(draft, timeKey(draft.state));
  else if (draft.state.suspension === undefined && end === undefined) limitTime(draft);
}

/** Tells the watchers that the run waits, once nothing that is under way is waited for. */
function finish(draft: Draft): readonly [RunState, readonly Effect[]] {
  watchIdleness(draft);
  followTimeLimits(draft);
  const { suspension, end, acts, at, ledger } = draft.state;
  if (end === undefined && suspension === undefined && Object.keys(acts).every(isRunTimer)) {
    throw new Error('the run has neither ended nor anything to wait for');
  }
  if (suspension === undefined || suspension.settled || end !== undefined)
    return [draft.state, draft.effects];
  const underWay = Object.values(acts).some(isWaitedFor);
  if (underWay && !suspension.atOnce) return [draft.state, draft.effects];
  const { failure } = suspension;
  draft.state = { ...draft.state, suspension: { ...suspension, settled: true } };
  const calls = callsUnderWay(draft.state);
  const cutOff = calls === undefined ? {} : { underWay: calls };
  publish(draft, { at, type: 'run.suspended', failure, spend: ledger.spent, ...cutOff });
  return [draft.state, draft.effects];
}

/** Timers and people are not waited for when a run stops. */
function isWaitedFor({ type }: ActEffect): boolean {
  return type !== 'timer.start' && type !== 'person.ask' && type !== 'path.resolve';
}
