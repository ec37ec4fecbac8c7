import type { ParallelWork, PhaseWork } from '../model/crew.ts';
import { CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { JsonObject } from '../model/json.ts';
import type { RoleState } from './role-state.ts';
import { decideRole, resumeRole, startRole } from './role-work.ts';
import { completed, type Step } from './step.ts';
import { decideTool, startTool, type ToolState } from './tool-work.ts';
import type { WorkContext } from './work-context.ts';

/** The artifacts of the branches that have completed so far. */
interface ParallelState {
  readonly work: ParallelWork;
  readonly artifacts: JsonObject;
}

/** The small state of any kind of work. */
export type WorkState =
  | ({ readonly kind: 'role' } & RoleState)
  | ({ readonly kind: 'tool' } & ToolState)
  | ({ readonly kind: 'parallel' } & ParallelState);

/**
 * Starts a piece of work. Fails with TEMPLATE_FAILED when its task or arguments cannot be rendered, and with
 * PHASE_NOT_RUNNABLE for a kind that `refuseNotRunnable` should have kept out.
 */
export function startWork(work: PhaseWork, context: WorkContext): Step<WorkState> {
  switch (work.kind) {
    case 'role':
      return ofKind('role', startRole(work, context));
    case 'tool':
      return ofKind('tool', startTool(work, context));
    case 'parallel':
      return { state: { kind: 'parallel', work, artifacts: {} }, effects: [] };
    default:
      throw new CrewError('PHASE_NOT_RUNNABLE', `this version does not run \`${work.kind}\``);
  }
}

/** Decides on a fact about one of the work's effects. Pure. */
export function decideWork(state: WorkState, context: WorkContext, fact: Fact): Step<WorkState> {
  switch (state.kind) {
    case 'role':
      return ofKind('role', decideRole(state, context, fact));
    case 'tool':
      return ofKind('tool', decideTool(state, context, fact));
    case 'parallel':
      throw new Error(`a parallel phase has no effects of its own, but got ${fact.type}`);
  }
}

/** Asks a model again that could not be reached before. Pure. */
export function resumeWork(state: WorkState, context: WorkContext): Step<WorkState> {
  if (state.kind !== 'role') throw new Error(`a ${state.kind} phase waits for no model`);
  return ofKind('role', resumeRole(state, context));
}

/** Takes in the artifact of one branch; completes when all branches have one, with one key per branch in their order. */
export function joinBranch(
  state: Extract<WorkState, { kind: 'parallel' }>,
  branch: { readonly name: string; readonly artifact: JsonObject[string] },
): Step<WorkState> {
  const artifacts = { ...state.artifacts, [branch.name]: branch.artifact };
  const next = { ...state, artifacts };
  const names = state.work.branches.map(({ name }) => name);
  if (names.some(name => !Object.hasOwn(artifacts, name))) return { state: next, effects: [] };
  return completed(next, Object.fromEntries(names.map(name => [name, artifacts[name] ?? null])));
}

function ofKind<Kind extends string, State extends object>(
  kind: Kind,
  step: Step<State>,
): Step<State & { readonly kind: Kind }> {
  return { ...step, state: { ...step.state, kind } };
}
