import type { Phase, Sop, Transition, WorkingPhase } from '../model/crew.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { insideOf } from './phase-states.ts';

/** The hidden final state that a run without `on_error` or `on_limit` ends in. */
const FAILED_STATE = '$failed';

/**
 * Builds the XState machine config of an SOP as plain JSON: one state per phase, named after it.
 *
 * - Events: `<phase>.completed` and `<phase>.failed`; a branch's path is `<phase>.<branch>`. `<phase>.retried` sends
 *   all parts of a phase back to their beginning. What roles may do inside a phase is said in `phase-states.ts`.
 * - Actions, named, with params: `phase.start {phase}`, `visit.limit {phase}`, `run.end {phase}`, `run.fail`.
 * - Guards, named, with params: `when {condition}` and `visit-left {phase, max}`; both read only the event.
 * - A phase with `max_visits` stands behind a transient state `<phase>$gate`.
 * - When a phase completes, subscribers come before its own ways: guard `news {phase, artifacts, max}` holds when all
 *   the artifacts are published, one of them after the phase was last entered, and it has visits left. It reads
 *   `published` and `entered`, the numbers at which that last happened, counted in one order, and `visits`.
 *
 * Pure; equal SOPs give equal configs.
 * @see ../decisions/0003-machine-is-plain-json.md
 */
export function buildMachineConfig(id: string, sop: Sop): JsonObject {
  const gated = new Set(sop.phases.filter(isGated).map(phase => phase.name));
  const entrance = (name: string): string => (gated.has(name) ? gateOf(name) : name);
  const subscribers = sop.phases.filter(isSubscriber);
  const states: [string, JsonValue][] = [];
  for (const phase of sop.phases) {
    if (isGated(phase)) states.push([gateOf(phase.name), gateState(phase, entrance)]);
    states.push([phase.name, phaseState(phase, { entrance, subscribers })]);
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

type Subscriber = Phase & { readonly subscribe: readonly string[] };

function isSubscriber(phase: Phase): phase is Subscriber {
  return phase.subscribe !== undefined && phase.subscribe.length > 0;
}

interface Surroundings {
  readonly entrance: Entrance;
  readonly subscribers: readonly Subscriber[];
}

function phaseState(phase: Phase, { entrance, subscribers }: Surroundings): JsonObject {
  if (phase.kind === 'end') {
    return { type: 'final', entry: [{ type: 'run.end', params: { phase: phase.name } }] };
  }
  const woken = subscribers.filter(({ name }) => name !== phase.name).map(wake);
  const ways = phase.next.map(next => route(phase.name, next, entrance));
  const inside = insideOf(phase);
  const routes = {
    ...inside.on,
    [`${phase.name}.completed`]: [...woken, ...ways],
    [`${phase.name}.failed`]: [
      { target: phase.onError === undefined ? FAILED_STATE : entrance(phase.onError), reenter: true },
    ],
  };
  const entry = [{ type: 'phase.start', params: { phase: phase.name } }];
  return { ...inside.state, entry, on: routes };
}

/** Goes past the gate: the guard asks for a visit that is left. */
function wake(subscriber: Subscriber): JsonObject {
  const { name: phase, subscribe: artifacts } = subscriber;
  const max = subscriber.kind === 'end' ? 1 : (subscriber.maxVisits ?? 1);
  return { guard: { type: 'news', params: { phase, artifacts, max } }, target: phase };
}

/** `reenter` makes a phase that goes to itself start anew. */
function route(phase: string, next: Transition, entrance: Entrance): JsonObject {
  const target = { target: entrance(next.to), reenter: next.to === phase };
  return next.when === undefined
    ? target
    : { guard: { type: 'when', params: { condition: next.when } }, ...target };
}
