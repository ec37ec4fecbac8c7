import { describeProblems, validateValue } from '../expressions/validate-value.ts';
import { artifactSchema } from '../model/artifact-schema.ts';
import { type CodedFailure, CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import { MAX_BACKOFF_MS } from '../model/limits.ts';
import { startPotTime } from '../policy/budget.ts';
import { admit, cancelActsOf } from './admission.ts';
import { closeInside, removeWork } from './close-work.ts';
import { inputsAfter, refusedRewrite } from './crews/rewritten-inputs.ts';
import { cutOffFailure, declaredOf, mayTryAgain, mustHold } from './failed-work.ts';
import { openPots, phasePot } from './pots.ts';
import { startReflection } from './reflect/reflection-work.ts';
import { reminded, withVerdicts } from './remember/around-work.ts';
import { noteStep, noteWorkDecision } from './remember/decisions.ts';
import { beginEnding, goOnEnding } from './remember/ending.ts';
import { recallWish } from './remember/recall-wish.ts';
import { rememberWishes } from './remember/remember-wishes.ts';
import {
  type Draft,
  ENTER,
  type OpenWork,
  procedureOf,
  publish,
  type RunState,
  setProcedure,
  setWork,
} from './run-state.ts';
import { contextOf, ownerOf, placeOf, splitPath, workAt } from './scope.ts';
import { steersBefore } from './steering.ts';
import type { Delivered, InnerProcedure, PartOutcome, Step, WorkOutcome } from './step.ts';
import {
  beginPart,
  decideWork,
  resumeWork,
  startWork,
  takeInnerEnd,
  takePart,
  timeOutWork,
  type WorkState,
} from './work.ts';
import { backoffKey, limitTime, timeoutKey } from './work-timers.ts';

/**
 * Work from its opening to its end, with attempts, trials, timeouts and what waits for a model or a person.
 * 1. A part is open only while its phase is, and is at work; the work of a procedure only while its crew phase is.
 * 2. What is closed has no open effects; an outcome that comes later is stale.
 * 3. The statecharts hear of every end through `moves`, in the order of the ends.
 */

/** Opens a phase, or a part of one. */
export function openWork(draft: Draft, at: { readonly procedure: string; readonly path: string }): void {
  const { procedure: procedureId, path } = at;
  const procedure = procedureOf(draft.state, procedureId);
  const visit = (procedure.visits[path] ?? 0) + 1;
  setProcedure(draft, procedureId, { visits: { ...procedure.visits, [path]: visit } });
  const id = `${procedureId}${path}`;
  const work: OpenWork = {
    id,
    procedure: procedureId,
    path,
    visit,
    attempt: 1,
    key: `${id}:${visit}:1`,
    retries: 0,
    timeouts: 0,
    openedAt: draft.state.at,
    ...steersBefore(draft.state),
  };
  publishStart(draft, work);
  setWork(draft, work);
  const { ledger, activeMs } = draft.state;
  draft.state = { ...draft.state, ledger: startPotTime(ledger, phasePot(id), activeMs) };
  beginVisit(draft, limitTime(draft, work));
}

/** Begins a branch or a role's turn inside a phase, as its statechart says. */
export function beginInside(
  draft: Draft,
  at: { readonly procedure: string; readonly path: string },
  part: { readonly name: string; readonly closing?: boolean },
): void {
  const work = draft.state.open[`${at.procedure}${at.path}`];
  // A conversation inside one that has not begun is not even open yet.
  const waited = work ?? draft.state.open[`${at.procedure}${splitPath(at.path).phase}`];
  if (waited?.recalling !== undefined) {
    return setWork(draft, { ...waited, recalling: [...waited.recalling, { path: at.path, part }] });
  }
  // Its phase has ended, or waits for its next attempt, by what happened earlier in the same transition.
  if (work?.state === undefined || work.ending !== undefined) return;
  takeStep(draft, work, beginPart(work.state, contextOf(draft.state, work), part));
}

/** Hands a fact to the work that its key names; a timer of the work itself is a timeout or the next attempt. */
export function takeWorkFact(draft: Draft, fact: Extract<Fact, { key: string }>): void {
  const work = draft.state.open[ownerOf(fact.key)];
  if (work === undefined) throw new Error(`effect ${fact.key} outlived its work`);
  if (fact.type === 'timer.fired' && fact.key === timeoutKey(work)) return runOutOfTime(draft, work);
  if (fact.type === 'timer.fired' && fact.key === backoffKey(work)) return beginAttempt(draft, work);
  if (work.recalling !== undefined) return takeRecall(draft, work, fact);
  if (work.ending !== undefined) {
    const over = goOnEnding(draft, work, fact);
    return over === undefined ? undefined : endWork(draft, work, over);
  }
  if (work.state === undefined) throw new Error(`effect ${fact.key} outlived its attempt`);
  takeStep(draft, work, decideWork(work.state, contextOf(draft.state, work), fact));
}

/** Goes on with what was held, and lets the time of what waits for people go on from where their clock is. */
export function releaseHeld(draft: Draft): void {
  for (const { held, ...work } of Object.values(draft.state.open)) {
    if (draft.state.open[work.id] === undefined || work.state === undefined) continue;
    const isAsked = work.state.kind === 'human' && work.ending === undefined;
    const timed = isAsked ? limitTime(draft, work) : work;
    if (held === undefined) continue;
    setWork(draft, timed);
    takeStep(draft, timed, resumeWork(work.state, contextOf(draft.state, work)));
  }
}

/** Tells the crew phase around a procedure how the procedure ended. */
export function endProcedure(draft: Draft, procedure: string, outcome: PartOutcome): void {
  const work = draft.state.open[ownerOf(procedure)];
  if (work?.state === undefined) throw new Error(`procedure ${procedure} outlived its work`);
  takeStep(draft, work, takeInnerEnd(work.state, contextOf(draft.state, work), outcome));
}

function publishStart(draft: Draft, work: OpenWork): void {
  const { program, place, published, entered } = procedureOf(draft.state, work.procedure);
  const declared = workAt(program, work.path);
  const { kind } = declared;
  const role = kind === 'role' || kind === 'manage' ? { role: declared.role } : {};
  const watched = 'subscribe' in declared ? declared.subscribe : undefined;
  const causeBy = watched?.filter(name => (published[name] ?? 0) > (entered[work.path] ?? 0));
  publish(draft, {
    at: draft.state.at,
    type: 'phase.started',
    phase: `${place}${work.path}`,
    kind,
    visit: work.visit,
    ...role,
    ...(causeBy === undefined || causeBy.length === 0 ? {} : { causeBy }),
  });
}

function runOutOfTime(draft: Draft, work: OpenWork): void {
  const step = work.state === undefined ? undefined : timeOutWork(work.state, contextOf(draft.state, work));
  if (step !== undefined) return takeStep(draft, work, step);
  const message = `phase \`${placeOf(draft.state, work)}\` did not end within its timeout`;
  closeWork(draft, work, { type: 'failed', failure: { code: 'PHASE_TIMEOUT', message } });
}

/** Whoever works is reminded first, where there is something to be reminded of. */
function beginVisit(draft: Draft, work: OpenWork): void {
  const wish = recallWish(draft.state, work);
  if (wish === undefined) return beginAttempt(draft, work);
  setWork(draft, { ...work, recalling: [] });
  admit(draft, [wish]);
}

/** What the statechart began meanwhile is begun now, in its order. */
function takeRecall(draft: Draft, { recalling = [], ...work }: OpenWork, fact: Fact): void {
  beginAttempt(draft, reminded(draft, work, fact));
  const { procedure } = work;
  for (const { path, part } of recalling) beginInside(draft, { procedure, path }, part);
}

function beginAttempt(draft: Draft, work: OpenWork): void {
  const step = firstStep(draft.state, work);
  if ('code' in step) return closeWork(draft, work, { type: 'failed', failure: step });
  takeStep(draft, work, step);
  const { kind } = step.state;
  if (work.attempt > 1 && hasStates(kind)) tell(draft, work, `${work.path}.retried`);
}

/** Kinds whose parts or turns are states of the statechart, which a new attempt sends back to their beginning. */
function hasStates(kind: string): boolean {
  return kind === 'parallel' || kind === 'talk' || kind === 'manage';
}

/** A task or arguments that cannot be rendered are the author's trouble, and the phase's failure. */
function firstStep(state: RunState, work: OpenWork): Step<WorkState> | CodedFailure {
  try {
    return startWork(declaredOf(state, work), contextOf(state, work));
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return error.toFailure();
  }
}

function takeStep(draft: Draft, work: OpenWork, step: Step<WorkState>): void {
  const next = withVerdicts(draft.state, { ...work, state: step.state }, step.effects);
  setWork(draft, next);
  noteStep(draft, next, step.effects);
  for (const prefix of step.withdraw ?? []) cancelActsOf(draft, prefix);
  admit(draft, step.effects);
  for (const move of step.moves ?? []) draft.moves.push({ ...move, procedure: work.procedure });
  if (step.procedure !== undefined) openProcedure(draft, next, step.procedure);
  for (const part of step.open ?? []) openPart(draft, next, part);
  const current = draft.state.open[work.id];
  if (step.hold !== undefined && current !== undefined) hold(draft, current, step.hold);
  if (step.outcome !== undefined && current !== undefined) {
    closeWork(draft, current, checkedOutcome(draft.state, current, step.outcome));
  }
}

/** A part that ends at once may end its phase, and then the parts after it do not open. */
function openPart(draft: Draft, work: OpenWork, part: string): void {
  if (draft.state.open[work.id]?.key !== work.key) return;
  openWork(draft, { procedure: work.procedure, path: `${work.path}.${part}` });
}

/** The procedure enters its first state in its turn, when the statecharts are told. */
function openProcedure(draft: Draft, work: OpenWork, inner: InnerProcedure): void {
  const { program, inputs, crewPath, isCast } = inner;
  const id = `${work.key}/`;
  const { place } = procedureOf(draft.state, work.procedure);
  const procedure = {
    id,
    place: `${place}${work.path}/`,
    crewPath,
    program,
    inputs,
    artifacts: {},
    visits: {},
    entered: {},
    published: {},
    moment: 0,
    ...(isCast ? { castBy: work.procedure } : {}),
  };
  const procedures = { ...draft.state.procedures, [id]: procedure };
  const { ledger, activeMs } = draft.state;
  draft.state = { ...draft.state, procedures, ledger: openPots(ledger, procedure, activeMs) };
  draft.moves.push({ procedure: id, type: ENTER });
}

/** An artifact that does not fit its schema never gets out, whoever made it (nor a cut text, while another try is left). */
function checkedOutcome(state: RunState, work: OpenWork, outcome: WorkOutcome): WorkOutcome {
  if (outcome.type !== 'completed') return outcome;
  const cutOff = outcome.cutOff === true ? cutOffFailure(state, work) : undefined;
  if (cutOff !== undefined) return { type: 'failed', failure: cutOff };
  const unread = refusedRewrite(procedureOf(state, work.procedure), work.path, outcome.artifact);
  if (unread !== undefined) return { type: 'failed', failure: unread };
  const schema = artifactSchema(declaredOf(state, work));
  if (schema === undefined) return outcome;
  const problems = validateValue(schema, outcome.artifact);
  if (problems.length === 0) return outcome;
  const message = `the artifact of \`${placeOf(state, work)}\` does not fit its schema: ${describeProblems(problems, 5)}`;
  return { type: 'failed', failure: { code: 'OUTPUT_INVALID', message } };
}

function closeWork(draft: Draft, work: OpenWork, outcome: WorkOutcome): void {
  if (outcome.type === 'again') return beginTrial(draft, work, outcome);
  if (outcome.type === 'failed') {
    if (mayTryAgain(draft.state, work, outcome.failure)) return waitForAttempt(draft, work, outcome.failure);
    if (mustHold(draft.state, work, outcome.failure)) return hold(draft, work, outcome.failure);
  }
  if (outcome.type === 'completed' && mustBeJudged(draft.state, work)) {
    return beginJudging(draft, work, outcome);
  }
  const writes = rememberWishes(draft.state, work, outcome);
  if (writes.length === 0) return endWork(draft, work, outcome);
  beginEnding(draft, work, { outcome, writes });
}

function endWork(draft: Draft, work: OpenWork, outcome: PartOutcome): void {
  const place = placeOf(draft.state, work);
  removeWork(draft, work);
  publish(draft, { at: draft.state.at, type: 'phase.ended', phase: place, ...ending(outcome) });
  const { part } = splitPath(work.path);
  if (part === undefined || isBranch(draft.state, work)) tell(draft, work, `${work.path}.${outcome.type}`);
  if (part !== undefined) return leavePart(draft, work, { part, outcome });
  keepArtifact(draft, work, outcome);
}

function ending(outcome: PartOutcome) {
  return outcome.type === 'completed'
    ? ({ outcome: 'completed', artifact: outcome.artifact } as const)
    : ({ outcome: 'failed', failure: outcome.failure } as const);
}

function keepArtifact(draft: Draft, { procedure, path }: OpenWork, outcome: PartOutcome): void {
  const around = procedureOf(draft.state, procedure);
  const { artifacts, talks, published, moment, place } = around;
  if (outcome.type === 'failed') {
    const part = outcome.part === undefined ? '' : `.${outcome.part}`;
    const phase = `${place}${path}${part}`;
    return setProcedure(draft, procedure, { lastFailure: { ...outcome.failure, phase } });
  }
  setProcedure(draft, procedure, {
    inputs: inputsAfter(around, path, outcome.artifact),
    artifacts: { ...artifacts, [path]: outcome.artifact },
    ...(outcome.thread === undefined ? {} : { talks: { ...talks, [path]: outcome.thread } }),
    published: { ...published, [path]: moment + 1 },
    moment: moment + 1,
  });
}

/** Branches are states of the statechart; items and inner conversations are not told of by themselves. */
function isBranch(state: RunState, work: OpenWork): boolean {
  const { phase } = splitPath(work.path);
  return procedureOf(state, work.procedure).program.phases[phase]?.kind === 'parallel';
}

function leavePart(
  draft: Draft,
  work: OpenWork,
  { part, outcome }: { readonly part: string; readonly outcome: PartOutcome },
): void {
  const phase = draft.state.open[`${work.procedure}${splitPath(work.path).phase}`];
  if (phase?.state === undefined) throw new Error(`part ${part} outlived its phase`);
  takeStep(draft, phase, takePart(phase.state, contextOf(draft.state, phase), { name: part, outcome }));
}

function waitForAttempt(draft: Draft, work: OpenWork, failure: CodedFailure): void {
  const { state: _left, ...waiting } = work;
  closeInside(draft, work);
  cancelActsOf(draft, `${work.key}/`);
  const next = nextAttempt({ ...waiting, retries: work.retries + 1 });
  setWork(draft, next);
  noteWorkDecision(draft, next, `an attempt failed with ${failure.code} and was made again`);
  const place = placeOf(draft.state, next);
  publish(draft, { at: draft.state.at, type: 'phase.retried', phase: place, attempt: next.attempt, failure });
  const backoffMs = declaredOf(draft.state, work).retry?.backoffMs ?? 0;
  const ms = Math.min(MAX_BACKOFF_MS, backoffMs * 2 ** work.retries);
  admit(draft, [{ type: 'timer.start', key: backoffKey(next), ms }]);
}

function nextAttempt(work: OpenWork): OpenWork {
  const attempt = work.attempt + 1;
  return { ...work, attempt, key: `${work.id}:${work.visit}:${attempt}` };
}

function mustBeJudged(state: RunState, work: OpenWork): boolean {
  const declared = declaredOf(state, work);
  return 'reflect' in declared && declared.reflect !== undefined && work.state?.kind !== 'reflection';
}

/** The attempt is over; its artifact is judged under the same key. */
function beginJudging(draft: Draft, work: OpenWork, { artifact, thread }: Delivered): void {
  closeInside(draft, work);
  cancelActsOf(draft, `${work.key}/`);
  const record = work.reflection ?? { trial: 1, lessons: [] };
  const judged = { ...work, reflection: record };
  setWork(draft, judged);
  const declared = declaredOf(draft.state, work);
  const trial = { work: declared, artifact, record, ...(thread === undefined ? {} : { thread }) };
  takeStep(draft, judged, startReflection(trial, contextOf(draft.state, judged)));
}

function beginTrial(
  draft: Draft,
  work: OpenWork,
  { lesson, last, kept }: Extract<WorkOutcome, { type: 'again' }>,
): void {
  const { state: _judged, ...waiting } = work;
  cancelActsOf(draft, `${work.key}/`);
  const { trial, lessons } = work.reflection ?? { trial: 1, lessons: [] };
  const reflection = {
    trial: trial + 1,
    lessons: lesson === undefined ? lessons : [...lessons, lesson],
    ...(last === undefined ? {} : { last }),
    kept,
  };
  const next = nextAttempt({ ...waiting, reflection });
  setWork(draft, next);
  beginAttempt(draft, next);
}

/** The run waits, nothing that was done is lost, and a resume makes just this call again. */
function hold(draft: Draft, work: OpenWork, failure: CodedFailure): void {
  setWork(draft, { ...work, held: failure });
  const suspension = draft.state.suspension ?? { failure, atOnce: false, settled: false };
  draft.state = { ...draft.state, suspension };
}

function tell(draft: Draft, work: OpenWork, type: string): void {
  draft.moves.push({ procedure: work.procedure, type });
}
