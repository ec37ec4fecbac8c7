import type { BranchWork, Phase, Sop, Transition, WorkingPhase } from '../model/crew.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

/** The hidden final state that a run without `on_error` or `on_limit` ends in. */
const FAILED_STATE = '$failed';

/**
 * Builds the XState machine config of an SOP as plain JSON: one state per phase, named after it.
 *
 * - Events: `<phase>.completed` and `<phase>.failed`; a branch's path is `<phase>.<branch>`. `<phase>.retried` sends
 *   all branches of a parallel phase back to work.
 * - Actions, named, with params: `phase.start {phase}`, `visit.limit {phase}`, `run.end {phase}`, `run.fail`.
 * - Guards, named, with params: `when {condition}` and `visit-left {phase, max}`; both read only the event.
 * - A phase with `max_visits` stands behind a transient state `<phase>$gate`.
 *
 * Pure; equal SOPs give equal configs.
 * @see ../decisions/0003-machine-is-plain-json.md
 */
export function buildMachineConfig(id: string, sop: Sop): JsonObject {
  const gated = new Set(sop.phases.filter(isGated).map(phase => phase.name));
  const entrance = (name: string): string => (gated.has(name) ? gateOf(name) : name);
  const states: [string, JsonValue][] = [];
  for (const phase of sop.phases) {
    if (isGated(phase)) states.push([gateOf(phase.name), gateState(phase, entrance)]);
    states.push([phase.name, phaseState(phase, entrance)]);
  }
  states.push([FAILED_STATE, { type: 'final', entry: [{ type: 'run.fail' }] }]);
  return { id, initial: entrance(sop.start), states: Object.fromEntries(states) };
}

type Entrance = (phase: string) => string;

function isGated(phase: Phase): phase is WorkingPhase & { maxVisits: number } {
  return phase.kind !== 'end' && phase.maxVisits !== undefined;
}

function gateOf(phase: string): string {
  return `${phase}$gate`;
}

function gateState(phase: WorkingPhase & { maxVisits: number }, entrance: Entrance): JsonObject {
  const limit = { type: 'visit.limit', params: { phase: phase.name } };
  return {
    always: [
      {
        guard: { type: 'visit-left', params: { phase: phase.name, max: phase.maxVisits } },
        target: phase.name,
      },
      { target: phase.onLimit === undefined ? FAILED_STATE : entrance(phase.onLimit), actions: [limit] },
    ],
  };
}

function phaseState(phase: Phase, entrance: Entrance): JsonObject {
  if (phase.kind === 'end') {
    return { type: 'final', entry: [{ type: 'run.end', params: { phase: phase.name } }] };
  }
  const routes = {
    [`${phase.name}.completed`]: phase.next.map(next => route(phase.name, next, entrance)),
    [`${phase.name}.failed`]: [
      { target: phase.onError === undefined ? FAILED_STATE : entrance(phase.onError), reenter: true },
    ],
  };
  const entry = [{ type: 'phase.start', params: { phase: phase.name } }];
  if (phase.kind !== 'parallel') return { entry, on: routes };
  const regions = phase.branches.map(branch => [branch.name, branchState(phase.name, branch)] as const);
  return { type: 'parallel', entry, states: Object.fromEntries(regions), on: routes };
}

/** `reenter` makes a phase that goes to itself start anew. */
function route(phase: string, next: Transition, entrance: Entrance): JsonObject {
  const target = { target: entrance(next.to), reenter: next.to === phase };
  return next.when === undefined
    ? target
    : { guard: { type: 'when', params: { condition: next.when } }, ...target };
}

function branchState(phase: string, branch: BranchWork): JsonObject {
  const path = `${phase}.${branch.name}`;
  return {
    initial: 'working',
    on: { [`${phase}.retried`]: { target: '.working' } },
    states: {
      working: {
        entry: [{ type: 'phase.start', params: { phase: path } }],
        on: { [`${path}.completed`]: { target: 'completed' }, [`${path}.failed`]: { target: 'failed' } },
      },
      completed: {},
      failed: {},
    },
  };
}
