import { describeProblems, validateValue } from '../expressions/validate-value.ts';
import { type CodedFailure, CrewError, ERROR_CODES } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import { MAX_BACKOFF_MS } from '../model/limits.ts';
import { admit, cancelAct } from './admission.ts';
import { type Draft, type OpenWork, publish, type RunState } from './run-state.ts';
import { contextOf, splitPath, workAt } from './scope.ts';
import type { Step, WorkOutcome } from './step.ts';
import { decideWork, joinBranch, resumeWork, startWork, type WorkState } from './work.ts';

/**
 * Phases and branches from their opening to their end, with attempts, timeouts and what waits for a model.
 * 1. A branch is open only while its parallel phase is, and is at work.
 * 2. What is closed has no open effects; an outcome that comes later is stale.
 * 3. The statechart hears of every end through `moves`, in the order of the ends.
 */

/** Opens a phase or a branch; a branch whose phase has failed in the meantime does not open. */
export function openWork(draft: Draft, path: string): void {
  const { phase, branch } = splitPath(path);
  if (branch !== undefined && draft.state.open[phase]?.state?.kind !== 'parallel') return;
  const visit = (draft.state.visits[path] ?? 0) + 1;
  draft.state = { ...draft.state, visits: { ...draft.state.visits, [path]: visit } };
  const declared = workAt(draft.state.program, path);
  const { kind, timeoutMs } = declared;
  const role = kind === 'role' ? { role: declared.role } : {};
  publish(draft, { at: draft.state.at, type: 'phase.started', phase: path, kind, visit, ...role });
  const work = { path, visit, attempt: 1, key: `${path}:${visit}:1` };
  setWork(draft, work);
  if (timeoutMs !== undefined) admit(draft, [{ type: 'timer.start', key: timeoutKey(work), ms: timeoutMs }]);
  beginAttempt(draft, work);
}

/** Hands a fact to the work that its key names; a timer of the phase itself is a timeout or the next attempt. */
export function takeWorkFact(draft: Draft, fact: Extract<Fact, { key: string }>): void {
  const path = fact.key.slice(0, fact.key.indexOf(':'));
  const work = draft.state.open[path];
  if (work === undefined) throw new Error(`effect ${fact.key} outlived its work`);
  if (fact.type === 'timer.fired' && fact.key === timeoutKey(work)) {
    const message = `phase \`${path}\` did not end within its timeout`;
    return closeWork(draft, work, { type: 'failed', failure: { code: 'PHASE_TIMEOUT', message } });
  }
  if (fact.type === 'timer.fired' && fact.key === backoffKey(work)) return beginAttempt(draft, work);
  if (work.state === undefined) throw new Error(`effect ${fact.key} outlived its attempt`);
  takeStep(draft, work, decideWork(work.state, contextOf(draft.state, work), fact));
}

/** Makes the model calls again that work was held for. */
export function releaseHeld(draft: Draft): void {
  for (const { held, ...work } of Object.values(draft.state.open)) {
    if (held === undefined || work.state === undefined) continue;
    takeStep(draft, work, resumeWork(work.state, contextOf(draft.state, work)));
  }
}

/** Takes a piece of work, its branches and all its open effects off the run. */
export function removeWork(draft: Draft, work: OpenWork): void {
  closeBranches(draft, work);
  cancelActsOf(draft, `${work.path}:`);
  const { [work.path]: _closed, ...open } = draft.state.open;
  draft.state = { ...draft.state, open };
}

function beginAttempt(draft: Draft, work: OpenWork): void {
  const step = firstStep(draft.state, work);
  if ('code' in step) return closeWork(draft, work, { type: 'failed', failure: step });
  takeStep(draft, work, step);
  if (step.state.kind === 'parallel' && work.attempt > 1) draft.moves.push(`${work.path}.retried`);
}

/** A task or arguments that cannot be rendered are the author's trouble, and the phase's failure. */
function firstStep(state: RunState, work: OpenWork): Step<WorkState> | CodedFailure {
  try {
    return startWork(workAt(state.program, work.path), contextOf(state, work));
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    return error.toFailure();
  }
}

function takeStep(draft: Draft, work: OpenWork, step: Step<WorkState>): void {
  const next = { ...work, state: step.state };
  setWork(draft, next);
  admit(draft, step.effects);
  if (step.outcome !== undefined) closeWork(draft, next, checkedOutcome(draft.state, work, step.outcome));
}

/** An artifact that does not fit its schema never gets out, whoever made it. */
function checkedOutcome(state: RunState, work: OpenWork, outcome: WorkOutcome): WorkOutcome {
  const declared = workAt(state.program, work.path);
  if (outcome.type === 'failed' || declared.output === undefined) return outcome;
  const problems = validateValue(declared.output, outcome.artifact);
  if (problems.length === 0) return outcome;
  const message = `the artifact of \`${work.path}\` does not fit its schema: ${describeProblems(problems, 5)}`;
  return { type: 'failed', failure: { code: 'OUTPUT_INVALID', message } };
}

function closeWork(draft: Draft, work: OpenWork, outcome: WorkOutcome): void {
  if (outcome.type === 'failed') {
    if (mayTryAgain(draft.state, work, outcome.failure)) return waitForAttempt(draft, work, outcome.failure);
    if (mustHold(draft.state, work, outcome.failure)) return hold(draft, work, outcome.failure);
  }
  removeWork(draft, work);
  const { path } = work;
  publish(draft, { at: draft.state.at, type: 'phase.ended', phase: path, ...ending(outcome) });
  draft.moves.push(`${path}.${outcome.type}`);
  const { phase, branch } = splitPath(path);
  if (branch !== undefined) return leaveBranch(draft, { phase, branch }, outcome);
  const { artifacts } = draft.state;
  draft.state =
    outcome.type === 'completed'
      ? { ...draft.state, artifacts: { ...artifacts, [path]: outcome.artifact } }
      : { ...draft.state, lastFailure: { ...outcome.failure, phase: path } };
}

function ending(outcome: WorkOutcome) {
  return outcome.type === 'completed'
    ? ({ outcome: 'completed', artifact: outcome.artifact } as const)
    : ({ outcome: 'failed', failure: outcome.failure } as const);
}

/** A failed branch takes its siblings and the parallel phase with it. */
function leaveBranch(
  draft: Draft,
  { phase, branch }: { readonly phase: string; readonly branch: string },
  outcome: WorkOutcome,
): void {
  const work = draft.state.open[phase];
  if (work?.state?.kind !== 'parallel') throw new Error(`branch ${branch} outlived its phase ${phase}`);
  if (outcome.type === 'failed') return closeWork(draft, work, outcome);
  takeStep(draft, work, joinBranch(work.state, { name: branch, artifact: outcome.artifact }));
}

/** Whether the phase allows another attempt and another attempt may help. */
function mayTryAgain(state: RunState, work: OpenWork, failure: CodedFailure): boolean {
  const { retry } = workAt(state.program, work.path);
  return retry !== undefined && work.attempt <= retry.max && ERROR_CODES[failure.code].retryable;
}

function waitForAttempt(draft: Draft, work: OpenWork, failure: CodedFailure): void {
  cancelActsOf(draft, `${work.key}/`);
  closeBranches(draft, work);
  const { path, visit } = work;
  const attempt = work.attempt + 1;
  const next = { path, visit, attempt, key: `${path}:${visit}:${attempt}` };
  setWork(draft, next);
  publish(draft, { at: draft.state.at, type: 'phase.retried', phase: path, attempt, failure });
  const backoffMs = workAt(draft.state.program, path).retry?.backoffMs ?? 0;
  const ms = Math.min(MAX_BACKOFF_MS, backoffMs * 2 ** (work.attempt - 1));
  admit(draft, [{ type: 'timer.start', key: backoffKey(next), ms }]);
}

/** Whether a role's work must be kept: its model cannot be reached, and neither a retry nor the SOP has a way for that. */
function mustHold(state: RunState, work: OpenWork, failure: CodedFailure): boolean {
  if (work.state?.kind !== 'role' || ERROR_CODES[failure.code].exitCode !== 3) return false;
  const { phase, branch } = splitPath(work.path);
  const parent = branch === undefined ? undefined : state.open[phase];
  if (parent !== undefined && mayTryAgain(state, parent, failure)) return false;
  const declared = state.program.phases[phase];
  return declared?.kind !== 'end' && declared?.onError === undefined;
}

/** The run waits, nothing that was done is lost, and a resume makes just this call again. */
function hold(draft: Draft, work: OpenWork, failure: CodedFailure): void {
  setWork(draft, { ...work, held: failure });
  const suspension = draft.state.suspension ?? { failure, atOnce: false, settled: false };
  draft.state = { ...draft.state, suspension };
}

function closeBranches(draft: Draft, work: OpenWork): void {
  for (const branch of Object.values(draft.state.open)) {
    if (!branch.path.startsWith(`${work.path}.`)) continue;
    removeWork(draft, branch);
    publish(draft, { at: draft.state.at, type: 'phase.ended', phase: branch.path, outcome: 'cancelled' });
  }
}

function cancelActsOf(draft: Draft, prefix: string): void {
  const keys = [...Object.keys(draft.state.acts), ...draft.state.blocked.map(effect => effect.key)];
  for (const key of keys) if (key.startsWith(prefix)) cancelAct(draft, key);
}

function timeoutKey(work: OpenWork): string {
  return `${work.path}:${work.visit}/timeout`;
}

function backoffKey(work: OpenWork): string {
  return `${work.key}/backoff`;
}

function setWork(draft: Draft, work: OpenWork): void {
  draft.state = { ...draft.state, open: { ...draft.state.open, [work.path]: work } };
}
