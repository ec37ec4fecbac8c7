import type { CodedFailure } from '../model/crew-error.ts';
import type { Effect } from '../model/effect.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Program } from '../model/program.ts';
import type { LastAttempt } from '../prompts/lessons.ts';

/** What a piece of work delivers: its artifact, and of a conversation what was said in it, as templates read it later. */
export interface Delivered {
  readonly artifact: JsonValue;
  readonly thread?: JsonValue;
}

/**
 * A trial that may become the artifact. `rank` orders trials where the number of its `score` does not say it all, as a list
 * that is compared from its front; absent when it does.
 */
export interface KeptTrial extends Delivered {
  readonly trial: number;
  readonly score: number;
  readonly rank?: readonly number[];
}

/**
 * How a piece of work came out: with its artifact, with the reason why there is none, or, for a phase with `reflect`,
 * with what the next trial has to know.
 */
export type WorkOutcome =
  /** `cutOff`: the artifact is a text that its model could not end. */
  | (Delivered & { readonly type: 'completed'; readonly cutOff?: true })
  /** `part` is the item whose failure it is. */
  | { readonly type: 'failed'; readonly failure: CodedFailure; readonly part?: string }
  | {
      readonly type: 'again';
      /** Absent when nothing is learned from the attempt. */
      readonly lesson?: string;
      readonly last?: LastAttempt;
      readonly kept: KeptTrial;
    };

/** A part that the statechart begins: a branch, or the turn of a role, which may be the one that writes the artifact. */
export interface BegunPart {
  readonly name: string;
  readonly closing?: boolean;
}

/** How a part, or the procedure inside a crew phase, came out. */
export type PartOutcome = Exclude<WorkOutcome, { type: 'again' }>;

/** An event for the statechart about what happens inside a phase, with the counts that its guards read. */
export interface StepMove {
  readonly type: string;
  readonly turns?: number;
  readonly delegations?: number;
  readonly working?: number;
}

/** A procedure that a crew phase wants to have run. */
export interface InnerProcedure {
  readonly program: Program;
  readonly inputs: JsonObject;
  readonly crewPath: string;
  /** It is no crew of its own: the roles of the procedure around it play in it. */
  readonly isCast: boolean;
}

/**
 * What a work decider answers: its next state, its wishes, and its outcome once it has one.
 * `hold`: it cannot go on before the run is resumed. `moves`: what the statechart is to hear. `open`: parts that are to be
 * begun, by name. `withdraw`: prefixes of keys whose open effects are not wanted any more; done before the effects.
 */
export interface Step<State> {
  readonly state: State;
  readonly effects: readonly Effect[];
  readonly outcome?: WorkOutcome;
  readonly hold?: CodedFailure;
  readonly moves?: readonly StepMove[];
  readonly open?: readonly string[];
  readonly withdraw?: readonly string[];
  readonly procedure?: InnerProcedure;
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
