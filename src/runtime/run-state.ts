import type { CodedFailure } from '../model/crew-error.ts';
import type { ActEffect, Effect } from '../model/effect.ts';
import type { ModelTerms, ResolvedModel } from '../model/fact.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { Ledger } from '../policy/budget.ts';
import type { StatechartPosition } from './statechart.ts';
import type { WorkState } from './work.ts';

/** A phase or branch that is being worked on. `attempt` counts from 1; `key` is `<path>:<visit>:<attempt>`. */
export interface OpenWork {
  readonly path: string;
  readonly visit: number;
  readonly attempt: number;
  readonly key: string;
  /** Absent while the work waits for its next attempt. */
  readonly state?: WorkState;
  /** A model could not be reached; the call is made again when the run is resumed. */
  readonly held?: CodedFailure;
}

/** How a run ended. */
export type RunEnd =
  | { readonly outcome: 'success' | 'failure'; readonly phase: string; readonly result: JsonValue }
  | { readonly outcome: 'error'; readonly phase: string; readonly failure: CodedFailure };

/**
 * Why nothing more is begun. `atOnce`: what is under way is not waited for, it is asked again after a resume.
 * `settled`: nothing is waited for any more and the watchers were told.
 */
interface Suspension {
  readonly failure: CodedFailure;
  readonly atOnce: boolean;
  readonly settled: boolean;
}

/**
 * All that a run is, folded from its facts.
 * 1. `acts` are the effects that were let out and not answered yet; a fact without its act is stale and changes nothing.
 * 2. `blocked` are the effects that wait for a suspension to end; they hold no reservation.
 * 3. `artifacts` has exactly the artifacts of completed phases, the latest visit of each.
 */
export interface RunState {
  readonly program: Program;
  readonly runId: string;
  readonly inputs: JsonObject;
  readonly models: { readonly [alias: string]: ResolvedModel };
  readonly terms: { readonly [alias: string]: ModelTerms };
  readonly position: StatechartPosition;
  readonly artifacts: JsonObject;
  readonly visits: { readonly [path: string]: number };
  readonly lastFailure?: CodedFailure & { readonly phase: string };
  readonly open: { readonly [path: string]: OpenWork };
  readonly acts: { readonly [key: string]: ActEffect };
  readonly blocked: readonly ActEffect[];
  readonly ledger: Ledger;
  readonly suspension?: Suspension;
  /** Milliseconds that the run was worked on; the time between a stop and a resume does not count. */
  readonly activeMs: number;
  /** How many run-time timers were started; the last one counts. */
  readonly timeLimits: number;
  readonly at: number;
  readonly end?: RunEnd;
}

/**
 * A decision in the making, inside one call of `decide`: the state so far, the wishes so far, in order, and the events
 * that the statechart has still to hear.
 */
export interface Draft {
  state: RunState;
  readonly effects: Effect[];
  readonly moves: string[];
}

/** Wishes that the watchers be told. */
export function publish(draft: Draft, event: RunEvent): void {
  draft.effects.push({ type: 'event.publish', event });
}
