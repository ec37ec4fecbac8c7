import type { CodedFailure } from './crew-error.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Message } from './message.ts';
import type { Usage } from './usage.ts';

/** Which model an alias stands for in this run, and why; decided once, before the run, and then a fact. */
export interface ResolvedModel {
  readonly use: string;
  readonly reason: string;
}

/** Why a model's message ended. */
export type FinishReason = 'stop' | 'tool_calls' | 'length' | 'content_filter';

/**
 * Something that happened, in the past tense, as the journal keeps it. `key` names the effect that it answers;
 * `at` is wall-clock milliseconds for display and order of magnitude only; `ms` was measured on a monotonic clock.
 */
export type Fact =
  | {
      readonly type: 'run.started';
      readonly at: number;
      readonly runId: string;
      readonly inputs: JsonObject;
      readonly workspace: string;
      readonly models: { readonly [alias: string]: ResolvedModel };
    }
  | { readonly type: 'run.resumed'; readonly at: number; readonly budget?: BudgetRaise }
  | {
      readonly type: 'model.answered';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly message: Message;
      readonly finishReason: FinishReason;
      readonly usage: Usage;
      /** False when the provider sent no usage and the worst case was charged. */
      readonly usageReported: boolean;
      readonly costMicroUsd: number | null;
    }
  | {
      readonly type: 'model.failed';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly failure: CodedFailure;
      readonly usage: Usage;
      readonly costMicroUsd: number | null;
    }
  | {
      readonly type: 'tool.returned';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly value: JsonValue;
    }
  | {
      readonly type: 'tool.failed';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly failure: CodedFailure;
    }
  | { readonly type: 'timer.fired'; readonly at: number; readonly key: string };

/** Ceilings that a person set anew when the run was resumed. */
export interface BudgetRaise {
  readonly calls?: number;
  readonly toolCalls?: number;
  readonly tokens?: number;
  readonly costMicroUsd?: number;
  readonly timeMs?: number;
}

export type FactType = Fact['type'];
