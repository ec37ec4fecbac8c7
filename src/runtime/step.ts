import type { CodedFailure } from '../model/crew-error.ts';
import type { Effect } from '../model/effect.ts';
import type { JsonValue } from '../model/json.ts';

/** How a piece of work came out: with its artifact, or with the reason why there is none. */
export type WorkOutcome =
  | { readonly type: 'completed'; readonly artifact: JsonValue }
  | { readonly type: 'failed'; readonly failure: CodedFailure };

/** What a work decider answers: its next state, its wishes, and its outcome once it has one. */
export interface Step<State> {
  readonly state: State;
  readonly effects: readonly Effect[];
  readonly outcome?: WorkOutcome;
}

/** The step that ends a piece of work with its artifact. Pure. */
export function completed<State>(
  state: State,
  artifact: JsonValue,
  effects: readonly Effect[] = [],
): Step<State> {
  return { state, effects, outcome: { type: 'completed', artifact } };
}

/** The step that ends a piece of work with a coded failure. Pure. */
export function failed<State>(
  state: State,
  failure: CodedFailure,
  effects: readonly Effect[] = [],
): Step<State> {
  return { state, effects, outcome: { type: 'failed', failure } };
}
