import { evaluateTemplate } from '../expressions/template-evaluate.ts';
import { describeProblems, validateValue } from '../expressions/validate-value.ts';
import type { BranchWork, ParallelWork, WorkingPhase } from '../model/crew.ts';
import { type CodedFailure, CrewError, ERROR_CODES } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { RunEvent } from '../model/run-event.ts';
import { admit, cancelAct } from './admission.ts';
import type { Draft, OpenWork, RunState } from './run-state.ts';
import { advance, type StatechartAction, type StatechartEvent } from './statechart.ts';
import type { Step, WorkOutcome } from './step.ts';
import { decideWork, joinBranch, startWork, type WorkState } from './work.ts';
import type { WorkContext } from './work-context.ts';

/** Does what the statechart wants on a transition: start phases, or end the run. */
export function applyActions(draft: Draft, actions: readonly StatechartAction[]): void {
  for (const action of actions) {
    switch (action.type) {
      case 'phase.start':
        openPhase(draft, action.phase);
        break;
      case 'visit.limit':
        noteVisitLimit(draft, action.phase);
        break;
      case 'run.end':
        endRun(draft, action.phase);
        break;
      case 'run.fail':
        failRun(draft);
        break;
    }
  }
}

/** Hands a fact to the work that its key names; a timer of the phase itself is a timeout or the next attempt. */
export function takeWorkFact(draft: Draft, fact: Extract<Fact, { key: string }>): void {
  const path = fact.key.slice(0, fact.key.indexOf(':'));
  const work = draft.state.open[path];
  if (work === undefined) return;
  if (fact.type === 'timer.fired' && fact.key === timeoutKey(work)) {
    const message = `phase \`${path}\` did not end within its timeout`;
    return closeWork(draft, work, { type: 'failed', failure: { code: 'PHASE_TIMEOUT', message } });
  }
  if (fact.type === 'timer.fired' && fact.key === `${work.key}/backoff`) {
    beginAttempt(draft, work);
    return move(draft, `${path}.retried`);
  }
  if (work.state === undefined) return;
  const context = contextOf(draft.state, work);
  takeStep(draft, work, decideWork(work.state, context, fact));
}

function openPhase(draft: Draft, path: string): void {
  const visit = (draft.state.visits[path] ?? 0) + 1;
  draft.state = { ...draft.state, visits: { ...draft.state.visits, [path]: visit } };
  const declared = workAt(draft.state, path);
  const kind = declared.kind;
  const role = declared.kind === 'role' ? { role: declared.role } : {};
  publish(draft, { at: draft.state.at, type: 'phase.started', phase: path, kind, visit, ...role });
  const work = { path, visit, attempt: 1, key: `${path}:${visit}:1` };
  setWork(draft, work);
  if (declared.timeoutMs !== undefined) {
    admit(draft, [{ type: 'timer.start', key: timeoutKey(work), ms: declared.timeoutMs }]);
  }
  beginAttempt(draft, work);
}

function beginAttempt(draft: Draft, work: OpenWork): void {
  try {
    takeStep(draft, work, startWork(workAt(draft.state, work.path), contextOf(draft.state, work)));
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    const { code, message } = error;
    closeWork(draft, work, { type: 'failed', failure: { code, message } });
  }
}

function takeStep(draft: Draft, work: OpenWork, step: Step<WorkState>): void {
  const next = { ...work, state: step.state };
  setWork(draft, next);
  admit(draft, step.effects);
  if (step.outcome !== undefined) closeWork(draft, next, checkedOutcome(draft.state, work, step.outcome));
}

/** An artifact that does not fit its schema never gets out; a role's own was checked, and mended, before. */
function checkedOutcome(state: RunState, work: OpenWork, outcome: WorkOutcome): WorkOutcome {
  const declared = workAt(state, work.path);
  if (outcome.type === 'failed' || declared.kind === 'role' || declared.output === undefined) return outcome;
  const problems = validateValue(declared.output, outcome.artifact);
  if (problems.length === 0) return outcome;
  const message = `the artifact of \`${work.path}\` does not fit its schema: ${describeProblems(problems, 5)}`;
  return { type: 'failed', failure: { code: 'OUTPUT_INVALID', message } };
}

function closeWork(draft: Draft, work: OpenWork, outcome: WorkOutcome): void {
  if (outcome.type === 'failed' && tryAgain(draft, work, outcome.failure)) return;
  if (outcome.type === 'failed' && hold(draft, work, outcome.failure)) return;
  removeWork(draft, work);
  const shared = { at: draft.state.at, type: 'phase.ended', phase: work.path } as const;
  if (outcome.type === 'completed') {
    publish(draft, { ...shared, outcome: 'completed', artifact: outcome.artifact });
  } else {
    draft.state = { ...draft.state, lastFailure: { ...outcome.failure, phase: work.path } };
    publish(draft, { ...shared, outcome: 'failed', failure: outcome.failure });
  }
  const dot = work.path.indexOf('.');
  if (dot === -1) return leavePhase(draft, work.path, outcome);
  move(draft, `${work.path}.${outcome.type}`);
  leaveBranch(draft, { parent: work.path.slice(0, dot), name: work.path.slice(dot + 1) }, outcome);
}

function leavePhase(draft: Draft, path: string, outcome: WorkOutcome): void {
  if (outcome.type === 'completed') {
    draft.state = { ...draft.state, artifacts: { ...draft.state.artifacts, [path]: outcome.artifact } };
  }
  move(draft, `${path}.${outcome.type}`);
}

/** A failed branch takes its siblings and the parallel phase with it. */
function leaveBranch(
  draft: Draft,
  { parent, name }: { readonly parent: string; readonly name: string },
  outcome: WorkOutcome,
): void {
  const work = draft.state.open[parent];
  if (work?.state?.kind !== 'parallel') return;
  if (outcome.type === 'completed') {
    return takeStep(draft, work, joinBranch(work.state, { name, artifact: outcome.artifact }));
  }
  closeWork(draft, work, outcome);
}

/** Starts another attempt when the phase allows one and another attempt may help. */
function tryAgain(draft: Draft, work: OpenWork, failure: CodedFailure): boolean {
  const { retry } = workAt(draft.state, work.path);
  if (retry === undefined || work.attempt > retry.max || !ERROR_CODES[failure.code].retryable) return false;
  cancelActsOf(draft, `${work.key}/`);
  closeBranches(draft, work);
  const attempt = work.attempt + 1;
  const { path, visit } = work;
  setWork(draft, { path, visit, attempt, key: `${path}:${visit}:${attempt}` });
  publish(draft, { at: draft.state.at, type: 'phase.retried', phase: path, attempt, failure });
  const ms = retry.backoffMs * 2 ** (work.attempt - 1);
  admit(draft, [{ type: 'timer.start', key: `${path}:${visit}:${attempt}/backoff`, ms }]);
  return true;
}

/**
 * Keeps a role's work when its model cannot be reached and the SOP has no way for it: the run waits, nothing that was
 * done is lost, and a resume makes just this call again.
 */
function hold(draft: Draft, work: OpenWork, failure: CodedFailure): boolean {
  const dot = work.path.indexOf('.');
  const phase = draft.state.program.phases[dot === -1 ? work.path : work.path.slice(0, dot)];
  const hasWay = phase?.kind !== 'end' && phase?.onError !== undefined;
  if (work.state?.kind !== 'role' || ERROR_CODES[failure.code].exitCode !== 3 || hasWay) return false;
  setWork(draft, { ...work, held: failure });
  const suspension = draft.state.suspension ?? { failure, atOnce: false, settled: false };
  draft.state = { ...draft.state, suspension };
  return true;
}

/** Makes the calls again that work was held for. */
export function releaseHeld(draft: Draft): void {
  for (const { held, ...work } of Object.values(draft.state.open)) {
    if (held === undefined || work.state === undefined) continue;
    setWork(draft, work);
    const again: Fact = { type: 'timer.fired', at: draft.state.at, key: work.key };
    takeStep(draft, work, decideWork(work.state, contextOf(draft.state, work), again));
  }
}

/** Takes a piece of work, its branches and all its open effects off the run. */
function removeWork(draft: Draft, work: OpenWork): void {
  closeBranches(draft, work);
  cancelActsOf(draft, `${work.path}:`);
  const { [work.path]: _closed, ...open } = draft.state.open;
  draft.state = { ...draft.state, open };
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

function move(draft: Draft, type: string): void {
  const { state } = draft;
  const event: StatechartEvent = { type, scope: scopeOf(state), visits: state.visits };
  try {
    const [position, actions] = advance(state.position, event);
    draft.state = { ...state, position };
    applyActions(draft, actions);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('Unable to evaluate guard')) throw error;
    const message = error.message.slice(error.message.indexOf('\n') + 1);
    const phase = type.slice(0, type.lastIndexOf('.'));
    draft.state = { ...draft.state, lastFailure: { code: 'TEMPLATE_FAILED', message, phase } };
    failRun(draft);
  }
}

function noteVisitLimit(draft: Draft, path: string): void {
  const message = `phase \`${path}\` was entered ${draft.state.visits[path] ?? 0} times, its \`max_visits\``;
  draft.state = { ...draft.state, lastFailure: { code: 'VISIT_LIMIT', message, phase: path } };
}

function endRun(draft: Draft, path: string): void {
  const phase = draft.state.program.phases[path];
  if (phase?.kind !== 'end') throw new Error(`compiled program has no end phase ${path}`);
  try {
    const result = phase.result === undefined ? null : evaluateTemplate(phase.result, scopeOf(draft.state));
    const { outcome } = phase;
    draft.state = { ...draft.state, end: { outcome, phase: path, result } };
    publish(draft, {
      at: draft.state.at,
      type: 'run.ended',
      outcome,
      phase: path,
      result,
      spend: draft.state.ledger.spent,
    });
  } catch (error) {
    if (!(error instanceof CrewError)) throw error;
    draft.state = { ...draft.state, lastFailure: { ...error.toFailure(), phase: path } };
    failRun(draft);
  }
}

function failRun(draft: Draft): void {
  const { phase, ...failure } = draft.state.lastFailure ?? {
    code: 'TOOL_FAILED' as const,
    message: 'the run failed',
    phase: '',
  };
  for (const work of Object.values(draft.state.open)) removeWork(draft, work);
  draft.state = { ...draft.state, end: { outcome: 'error', phase, failure } };
  const { spent } = draft.state.ledger;
  publish(draft, { at: draft.state.at, type: 'run.ended', outcome: 'error', phase, failure, spend: spent });
}

/** What templates read. */
function scopeOf(state: RunState, visit = 0): JsonObject {
  const failure = state.lastFailure;
  const error: JsonValue =
    failure === undefined ? null : { code: failure.code, message: failure.message, phase: failure.phase };
  const run = { id: state.runId, crew: state.program.crew, goal: state.program.goal, error };
  return { ...state.artifacts, inputs: state.inputs, run, visit };
}

function contextOf(state: RunState, work: OpenWork): WorkContext {
  const { program, models, terms, at } = state;
  return { program, models, terms, path: work.path, key: work.key, scope: scopeOf(state, work.visit), at };
}

function workAt(state: RunState, path: string): WorkingPhase | BranchWork | ParallelWork {
  const dot = path.indexOf('.');
  const phase = state.program.phases[dot === -1 ? path : path.slice(0, dot)];
  if (phase !== undefined && phase.kind !== 'end' && dot === -1) return phase;
  const name = path.slice(dot + 1);
  const branch = phase?.kind === 'parallel' ? phase.branches.find(each => each.name === name) : undefined;
  if (branch === undefined) throw new Error(`compiled program has no work at ${path}`);
  return branch;
}

function timeoutKey(work: OpenWork): string {
  return `${work.path}:${work.visit}/timeout`;
}

function setWork(draft: Draft, work: OpenWork): void {
  draft.state = { ...draft.state, open: { ...draft.state.open, [work.path]: work } };
}

function publish(draft: Draft, event: RunEvent): void {
  draft.effects.push({ type: 'event.publish', event });
}
