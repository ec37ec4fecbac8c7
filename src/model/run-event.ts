import type { CodedFailure } from './crew-error.ts';
import type { ResolvedModel } from './fact.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Usage } from './usage.ts';

/** What the run has spent so far. `costMicroUsd` is null as soon as one call had no known price. */
export interface Spend {
  readonly calls: number;
  readonly toolCalls: number;
  readonly usage: Usage;
  readonly costMicroUsd: number | null;
}

/**
 * One thing that watchers are told, derived from facts alone: a replayed journal gives the same events byte for byte.
 * `phase` is a path: `merge`, or `inspect.security` for a branch. `at` is the wall-clock time of the fact behind it.
 * @see ../../schemas/event.schema.json
 */
export type RunEvent = { readonly at: number } & (
  | {
      readonly type: 'run.started';
      readonly runId: string;
      readonly crew: string;
      readonly goal: string;
      readonly programHash: string;
      readonly inputs: JsonObject;
      readonly models: { readonly [alias: string]: ResolvedModel };
    }
  | { readonly type: 'run.resumed' }
  | {
      readonly type: 'phase.started';
      readonly phase: string;
      readonly kind: string;
      readonly visit: number;
      readonly role?: string;
    }
  | {
      readonly type: 'phase.retried';
      readonly phase: string;
      readonly attempt: number;
      readonly failure: CodedFailure;
    }
  | {
      readonly type: 'phase.ended';
      readonly phase: string;
      readonly outcome: 'completed';
      readonly artifact: JsonValue;
    }
  | {
      readonly type: 'phase.ended';
      readonly phase: string;
      readonly outcome: 'failed';
      readonly failure: CodedFailure;
    }
  | { readonly type: 'phase.ended'; readonly phase: string; readonly outcome: 'cancelled' }
  | {
      readonly type: 'model.started';
      readonly key: string;
      readonly phase: string;
      readonly role: string;
      readonly model: string;
      readonly turn: number;
    }
  | {
      readonly type: 'model.ended';
      readonly key: string;
      readonly phase: string;
      readonly role: string;
      readonly outcome: 'answered';
      readonly text: string;
      readonly toolCalls: number;
      readonly usage: Usage;
      readonly costMicroUsd: number | null;
      readonly ms: number;
    }
  | {
      readonly type: 'model.ended';
      readonly key: string;
      readonly phase: string;
      readonly role: string;
      readonly outcome: 'failed';
      readonly failure: CodedFailure;
      readonly ms: number;
    }
  | {
      readonly type: 'tool.started';
      readonly key: string;
      readonly phase: string;
      readonly role?: string;
      readonly tool: string;
      readonly args: JsonObject;
    }
  | {
      readonly type: 'tool.ended';
      readonly key: string;
      readonly phase: string;
      readonly tool: string;
      readonly outcome: 'returned';
      readonly value: JsonValue;
      readonly ms: number;
    }
  | {
      readonly type: 'tool.ended';
      readonly key: string;
      readonly phase: string;
      readonly tool: string;
      readonly outcome: 'failed';
      readonly failure: CodedFailure;
      readonly ms: number;
    }
  | { readonly type: 'artifact.repaired'; readonly phase: string; readonly how: readonly string[] }
  | {
      readonly type: 'artifact.rejected';
      readonly phase: string;
      readonly reason: string;
      readonly repair: number;
    }
  | {
      readonly type: 'run.ended';
      readonly outcome: 'success';
      readonly phase: string;
      readonly result: JsonValue;
      readonly spend: Spend;
    }
  | {
      readonly type: 'run.ended';
      readonly outcome: 'failure';
      readonly phase: string;
      readonly result: JsonValue;
      readonly spend: Spend;
    }
  | {
      readonly type: 'run.ended';
      readonly outcome: 'error';
      readonly phase: string;
      readonly failure: CodedFailure;
      readonly spend: Spend;
    }
  | { readonly type: 'run.suspended'; readonly failure: CodedFailure; readonly spend: Spend }
);

/** Text that a model is writing right now. Live only: never journalled, never replayed, not part of the event stream. */
export interface ModelDelta {
  readonly key: string;
  readonly phase: string;
  readonly role: string;
  readonly text: string;
}

/** Watches a run. Reporters never answer; people answer through the engine. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  onDelta?(delta: ModelDelta): void;
  /** A line for people that is not part of the run's record, such as a missing optional tool. */
  onNotice?(text: string): void;
}
