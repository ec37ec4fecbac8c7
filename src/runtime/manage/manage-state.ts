import type { ManageWork } from '../../model/crew.ts';
import type { JsonObject } from '../../model/json.ts';
import type { TurnLoop } from '../turns/turn-loop-state.ts';

/** What the one who manages asked of a worker; `call` is the key of the control that is answered when it is done. */
export interface Job {
  readonly how: 'delegation' | 'question' | 'sent-back';
  readonly worker: string;
  /** The number of the conversation that it belongs to. */
  readonly number: number;
  readonly text: string;
  readonly expected?: string;
  readonly call: string;
}

/** One conversation with a worker; `number` counts them from 1, in the order in which they were asked for. */
export interface Thread {
  readonly number: number;
  readonly worker: string;
  /** Absent when it began with a question, so that there is no result to accept. */
  readonly task?: string;
  /** Absent until its first job begins; kept when it is done, so that the worker can go on. */
  readonly loop?: TurnLoop;
  /** How the delegated task stands. */
  readonly stands: 'open' | 'returned' | 'failed' | 'accepted';
}

/**
 * A managed phase at work.
 * 1. `queue` and `working` have each job once, in the order of asking; a worker has at most one of `working`.
 * 2. `asked` counts all jobs, never more than `maxDelegations`; `begun` those that left the queue.
 */
export interface ManageState {
  readonly kind: 'manage';
  readonly work: ManageWork;
  readonly task: string;
  readonly values: JsonObject;
  /** The turns of the role that manages; absent until the statechart begins it. */
  readonly lead?: TurnLoop;
  readonly threads: readonly Thread[];
  readonly queue: readonly Job[];
  readonly working: readonly Job[];
  readonly asked: number;
  readonly begun: number;
  /** How many turns of anybody have begun. */
  readonly turns: number;
  /** The keys of the loops whose model could not be reached. */
  readonly held: readonly string[];
}

/** The state with one conversation changed. Pure. */
export function withThread(state: ManageState, number: number, change: Partial<Thread>): ManageState {
  const threads = state.threads.map(each => (each.number === number ? { ...each, ...change } : each));
  return { ...state, threads };
}

/** The conversation of that number. Pure. */
export function threadOf(state: ManageState, number: number): Thread | undefined {
  return state.threads.find(each => each.number === number);
}
