import { createMachine, initialTransition, transition } from 'xstate';
import { evaluateCondition } from '../expressions/template-evaluate.ts';
import type { JsonObject } from '../model/json.ts';

/** What every event tells the guards: the values that conditions read, and how often each phase was entered. */
export interface StatechartEvent {
  readonly type: string;
  readonly scope: JsonObject;
  readonly visits: { readonly [phase: string]: number };
  /** When each artifact was last published and each phase last entered, counted in one order; for subscribers. */
  readonly published?: { readonly [artifact: string]: number };
  readonly entered?: { readonly [phase: string]: number };
  /** Counts of the visit, for what happens inside a conversation or a managed phase. */
  readonly turns?: number;
  readonly delegations?: number;
  readonly working?: number;
}

/** What the machine wants done on a transition, as data. */
export type StatechartAction =
  | { readonly type: 'phase.start'; readonly phase: string }
  | { readonly type: 'visit.limit'; readonly phase: string }
  | {
      readonly type: 'turn.start';
      readonly phase: string;
      readonly role: string;
      readonly closing?: boolean;
    }
  | { readonly type: 'turn.limit'; readonly phase: string }
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
  return taken(machine, initialTransition(machine));
}

/** What a transition was decided by: the conditions that were asked, in order, and whether news woke a subscriber. */
export interface TransitionCause {
  readonly asked: readonly { readonly condition: string; readonly held: boolean }[];
  readonly woken: boolean;
}

/** A transition that was taken: where to, what is to be done, and why. */
type Advance = readonly [
  position: StatechartPosition,
  actions: readonly StatechartAction[],
  cause: TransitionCause,
];

/** Takes one event. Pure. Fails with TEMPLATE_FAILED when a condition cannot be evaluated. */
export function advance(position: StatechartPosition, event: StatechartEvent): Advance {
  const heard: HeardEvent = { ...event, asked: [], woken: false };
  const next = transition(position.machine, position.snapshot, heard as never);
  if (heard.guardError !== undefined) throw heard.guardError;
  const [after, actions] = taken(position.machine, next);
  return [after, actions, { asked: heard.asked, woken: heard.woken }];
}

/** The phase that a chart stands in; undefined once it has ended without one. Pure. */
export function phaseOf({ snapshot }: StatechartPosition): string {
  const { value } = snapshot;
  return typeof value === 'string' ? value : (Object.keys(value)[0] ?? '');
}

/** XState hides what a guard throws in an error of its own, so guards leave it, and what they found, on the event. */
interface HeardEvent extends StatechartEvent {
  guardError?: unknown;
  readonly asked: { readonly condition: string; readonly held: boolean }[];
  woken: boolean;
}

/** XState's own event that enters the initial state tells nothing; nothing was visited then. */
type GuardEvent = HeardEvent | { readonly type: string; readonly visits?: undefined };

const GUARDS = {
  when: ({ event }: { event: HeardEvent }, params: { condition: string }) => {
    try {
      const held = evaluateCondition(params.condition, event.scope);
      event.asked.push({ condition: params.condition, held });
      return held;
    } catch (error) {
      event.guardError ??= error;
      return false;
    }
  },
  'visit-left': ({ event }: { event: GuardEvent }, params: { phase: string; max: number }) =>
    (event.visits?.[params.phase] ?? 0) < params.max,
  news: ({ event }: { event: HeardEvent }, params: NewsParams) => {
    const { published = {}, entered = {}, visits } = event;
    const since = entered[params.phase] ?? 0;
    const there = params.artifacts.every(name => published[name] !== undefined);
    const fresh = params.artifacts.some(name => (published[name] ?? 0) > since);
    const wakes = there && fresh && (visits[params.phase] ?? 0) < params.max;
    if (wakes) event.woken = true;
    return wakes;
  },
  'turns-left': ({ event }: { event: HeardEvent }, params: { max: number }) =>
    (event.turns ?? 0) < params.max,
  'delegations-left': ({ event }: { event: HeardEvent }, params: { max: number; atOnce: number }) =>
    (event.delegations ?? 0) < params.max && (event.working ?? 0) < params.atOnce,
};

interface NewsParams {
  readonly phase: string;
  readonly artifacts: readonly string[];
  readonly max: number;
}

function taken(
  machine: Machine,
  [snapshot, actions]: ReturnType<typeof transition<Machine>>,
): [StatechartPosition, readonly StatechartAction[]] {
  if (snapshot.status === 'error') throw snapshot.error;
  return [{ machine, snapshot }, actions.map(readAction)];
}

function readAction(action: { type: string; params?: unknown }): StatechartAction {
  return { type: action.type, ...(action.params as object | undefined) } as StatechartAction;
}
