import { type CodedFailure, ERROR_CODES } from '../model/crew-error.ts';
import { canBeReached } from './fan-out/each-work.ts';
import { leastNeeded } from './fan-out/join.ts';
import { type OpenWork, procedureOf, type RunState } from './run-state.ts';
import { outerOf, splitPath, workAt } from './scope.ts';
import { canResume } from './work.ts';

/** What the work's program declares for it. Pure. */
export function declaredOf(state: RunState, work: OpenWork) {
  return workAt(procedureOf(state, work.procedure).program, work.path);
}

/** Whether another try is left and may mend the failure. Pure. */
export function mayTryAgain(state: RunState, work: OpenWork, failure: CodedFailure): boolean {
  const { retry } = declaredOf(state, work);
  return retry !== undefined && work.retries < retry.max && ERROR_CODES[failure.code].retryable;
}

/** The failure that a text is which was cut off, while another try is left; then it counts as far as it came. Pure. */
export function cutOffFailure(state: RunState, work: OpenWork): CodedFailure | undefined {
  const failure = {
    code: 'OUTPUT_TRUNCATED',
    message: 'the text was cut off where its model may answer no longer',
  } as const;
  return mayTryAgain(state, work, failure) ? failure : undefined;
}

/**
 * Whether work must be kept: its model cannot be reached, and neither a retry nor the procedures around it have a way
 * for that. Pure.
 */
export function mustHold(state: RunState, work: OpenWork, failure: CodedFailure): boolean {
  if (work.state === undefined || !canResume(work.state)) return false;
  return mustWait(state, work, failure);
}

/** Whether what failed can be mended outside of the run, and the procedures around the work have no way for it. Pure. */
export function mustWait(state: RunState, work: OpenWork, failure: CodedFailure): boolean {
  return ERROR_CODES[failure.code].exitCode === 3 && hasNoWay(state, work, failure);
}

function hasNoWay(state: RunState, work: OpenWork, failure: CodedFailure): boolean {
  const outer = outerOf(state, work);
  const { part } = splitPath(work.path);
  if (part === undefined) {
    const declared = declaredOf(state, work);
    if ('onError' in declared && declared.onError !== undefined) return false;
  } else if (outer?.state?.kind === 'parallel') {
    const { work: parallel, failed } = outer.state;
    const count = parallel.branches.length;
    if (count - failed - 1 >= leastNeeded(parallel.join, count)) return false;
  } else if (outer?.state?.kind === 'each' && outer.state.work.onItemError === 'keep') {
    if (canBeReached(outer.state, 1)) return false;
  }
  if (outer === undefined) return true;
  return !mayTryAgain(state, outer, failure) && hasNoWay(state, outer, failure);
}
