import type { ParallelWork } from '../../model/crew.ts';
import type { JsonObject } from '../../model/json.ts';
import { type BegunPart, completed, failed, type PartOutcome, type Step } from '../step.ts';
import type { WorkContext } from '../work-context.ts';
import { leastNeeded } from './join.ts';

/** The artifacts of the branches that have completed so far, how many failed, who is at work and who waits for that. */
export interface ParallelState {
  readonly kind: 'parallel';
  readonly work: ParallelWork;
  readonly artifacts: JsonObject;
  readonly failed: number;
  readonly working: number;
  readonly waiting: readonly string[];
}

/**
 * Branches at once, as a decider: the statechart begins them all, at most `concurrency` work at the same time. It is
 * done with as many as `join` says; the others are cancelled and null in the artifact. It fails as soon as so many
 * cannot complete any more, with the failure of the last branch. Pure.
 */
export function startParallel(work: ParallelWork): Step<ParallelState> {
  return {
    state: { kind: 'parallel', work, artifacts: {}, failed: 0, working: 0, waiting: [] },
    effects: [],
  };
}

/** Opens a branch, or lets it wait for a place. Pure. */
export function beginBranch(
  state: ParallelState,
  _context: WorkContext,
  { name }: BegunPart,
): Step<ParallelState> {
  return openNext({ ...state, waiting: [...state.waiting, name] });
}

/** Takes in how a branch came out. Pure. */
export function takeBranch(
  state: ParallelState,
  _context: WorkContext,
  { name, outcome }: { readonly name: string; readonly outcome: PartOutcome },
): Step<ParallelState> {
  const { branches, join } = state.work;
  const needed = leastNeeded(join, branches.length);
  const working = state.working - 1;
  if (outcome.type === 'failed') {
    const next = { ...state, working, failed: state.failed + 1 };
    return branches.length - next.failed < needed ? failed(next, outcome.failure) : openNext(next);
  }
  const artifacts = { ...state.artifacts, [name]: outcome.artifact };
  const next = { ...state, working, artifacts };
  if (Object.keys(artifacts).length < needed) return openNext(next);
  return completed(next, Object.fromEntries(branches.map(each => [each.name, artifacts[each.name] ?? null])));
}

function openNext(state: ParallelState): Step<ParallelState> {
  const places = (state.work.concurrency ?? state.work.branches.length) - state.working;
  const open = state.waiting.slice(0, Math.max(0, places));
  const next = { ...state, waiting: state.waiting.slice(open.length), working: state.working + open.length };
  return { state: next, effects: [], open };
}
