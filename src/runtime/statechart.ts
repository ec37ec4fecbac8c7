import { createMachine, initialTransition, transition } from 'xstate';
import { evaluateCondition } from '../expressions/template-evaluate.ts';
import type { JsonObject } from '../model/json.ts';

/** What every event tells the guards: the values that conditions read, and how often each phase was entered. */
export interface StatechartEvent {
  readonly type: string;
  readonly scope: JsonObject;
  readonly visits: { readonly [phase: string]: number };
}

/** What the machine wants done on a transition, as data. */
export type StatechartAction =
  | { readonly type: 'phase.start'; readonly phase: string }
  | { readonly type: 'visit.limit'; readonly phase: string }
  | { readonly type: 'run.end'; readonly phase: string }
  | { readonly type: 'run.fail' };

type Machine = ReturnType<typeof createMachine>;
type Snapshot = ReturnType<typeof initialTransition<Machine>>[0];

/** A place in the chart. Immutable; `advance` gives the next one. */
export interface StatechartPosition {
  readonly snapshot: Snapshot;
  readonly machine: Machine;
}

/** Enters the initial state of a compiled machine config. Pure. @see ../compiler/machine-config.ts */
export function enterStatechart(config: JsonObject): [StatechartPosition, readonly StatechartAction[]] {
  const machine = createMachine(config as Parameters<typeof createMachine>[0], { guards: GUARDS as never });
  const [snapshot, actions] = initialTransition(machine);
  return [{ machine, snapshot }, actions.map(readAction)];
}

/** Takes one event. Pure. Fails with TEMPLATE_FAILED when a condition cannot be evaluated. */
export function advance(
  position: StatechartPosition,
  event: StatechartEvent,
): [StatechartPosition, readonly StatechartAction[]] {
  const [snapshot, actions] = transition(position.machine, position.snapshot, event as never);
  return [{ ...position, snapshot }, actions.map(readAction)];
}

const GUARDS = {
  when: ({ event }: { event: StatechartEvent }, params: { condition: string }) =>
    evaluateCondition(params.condition, event.scope),
  'visit-left': ({ event }: { event: StatechartEvent }, params: { phase: string; max: number }) =>
    (event.visits[params.phase] ?? 0) < params.max,
};

function readAction(action: { type: string; params?: unknown }): StatechartAction {
  const { phase } = (action.params ?? {}) as { phase?: string };
  return { type: action.type, phase } as StatechartAction;
}
