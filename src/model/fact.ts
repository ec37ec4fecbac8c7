import type { BudgetChange } from './change-budget.ts';
import type { CodedFailure } from './crew-error.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { Message } from './message.ts';
import type { ToolAsked } from './person-question.ts';
import type { Policy } from './policy.ts';
import type { MemoryWritten, Recalled } from './recall.ts';
import type { Usage } from './usage.ts';

/** Which model an alias stands for in this run, and why; decided once, before the run, and then a fact. */
export interface ResolvedModel {
  readonly use: string;
  readonly reason: string;
}

/** What one token of a model costs; whole-number micro US dollars for a million tokens. */
export interface ModelPrice {
  readonly inputMicroUsd: number;
  readonly cachedInputMicroUsd: number;
  readonly outputMicroUsd: number;
}

/**
 * The bounds of a rule-driven model: how often it answers in one task, answers that are asked for again not counted, and
 * how many tools it calls. Such a model never fails.
 */
export interface ResponderRules {
  readonly answers: number;
  readonly toolCalls: number;
}

/** What the ledger must know of a model. `price` null is unknown, never zero; no tokens are spent unless `languageModel`. */
export interface ModelTerms {
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly languageModel: boolean;
  /** The most input tokens of one call, where it is known: a longer input is refused and costs nothing. */
  readonly contextTokens?: number;
  /** The same as the author says it. Room is made for it, but nothing is bound by it: the server may take more. */
  readonly declaredContextTokens?: number;
  /**
   * A call that was too long is asked once more when older messages have made room: `shrink` as long as something may go and there
   * are tries left, `again` once, as runs of before did; absent in runs of before that was done at all.
   */
  readonly overflow?: 'again' | 'shrink';
  /** What the model never exceeds by its own rules, for a model that has some. */
  readonly rules?: ResponderRules;
  readonly price: ModelPrice | null;
}

/** A run without memory: `stored` leaves out what is stored, and roles read what crew files declare; in runs of before it is `true`, and they read nothing. */
export type WithoutMemory = 'stored' | true;

/**
 * The memory of a run. It reads the store as it was at `version`, and what it wrote itself; absent `version` reads what is
 * there at each moment.
 */
export interface RunMemory {
  readonly place: string;
  readonly version?: number;
  /** Which store it is, so that no other one takes its place; absent in runs of before stores had an identity. */
  readonly store?: string;
  /** The embedder's id; `none` when notes are found by words alone. */
  readonly embedder: string;
  /** Whatever was kept counts towards insights; absent in runs of before, where only what a phase left behind was looked at. */
  readonly gathers?: 'all';
  /** What models that go by rules say is not kept; absent in runs of before, which kept it. */
  readonly ruled?: 'dropped';
}

/** The run whose first `at` facts a fork began with; `forkedFrom` says where that run comes from, if it is a fork itself. */
export interface ForkOrigin {
  readonly runId: string;
  readonly at: number;
  readonly forkedFrom?: ForkOrigin;
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
      readonly terms: { readonly [alias: string]: ModelTerms };
      /** Tools that the user allowed for this run, as `--allow` patterns: `change.check`, `files.*`. */
      readonly grants?: readonly string[];
      /** What the user's policy said when the run began; absent in runs without one, which ask about all that may change. */
      readonly policy?: Policy;
      /** Which memory the run works with; absent when it has none, or none is wanted. */
      readonly memory?: RunMemory;
      /** Nobody wants its memory, so the tools of memory are not offered; absent in runs of before, which offered them. */
      readonly withoutMemory?: WithoutMemory;
      /** What draws by lot are made of; the id of the run when absent. A fork draws as the run that it comes from. */
      readonly seed?: string;
      /** Present in forks. */
      readonly forkedFrom?: ForkOrigin;
    }
  | {
      readonly type: 'run.resumed';
      readonly at: number;
      /** The run begins here as a fork, so what was under way was the other run's. */
      readonly forked?: true;
      /** Null lifts a ceiling. */
      readonly budget?: BudgetChange;
      readonly grants?: readonly string[];
      /** What the user's policy says from here on; absent when it is the same. */
      readonly policy?: Policy;
    }
  | {
      readonly type: 'model.answered';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly message: Message;
      readonly finishReason: FinishReason;
      /** A text that was cut off counts as far as it came; absent in facts of before, where it was asked for again. */
      readonly cut?: 'kept';
      /** Absent when the provider sent none; then the worst case is charged. */
      readonly usage?: Usage;
    }
  | {
      readonly type: 'model.failed';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly failure: CodedFailure;
      /** Absent when the provider did not say; the worst case is charged once the request was sent. */
      readonly usage?: Usage;
    }
  | {
      readonly type: 'tool.returned';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly value: JsonValue;
      /** What the tool asked a person while it worked, and what they said; absent when it asked nothing. */
      readonly asked?: readonly ToolAsked[];
    }
  | {
      readonly type: 'tool.failed';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly failure: CodedFailure;
      readonly asked?: readonly ToolAsked[];
    }
  | {
      readonly type: 'person.answered';
      readonly at: number;
      readonly key: string;
      /** One of the choices; `allow` or `deny`, `done` or `not done` about a call; null when only text was given. */
      readonly choice: string | null;
      readonly text: string | null;
      /** Who answered, as the system knows them. */
      readonly by: string;
      /** The binding of the question that the person saw; an answer to another one does not count. */
      readonly binding?: string;
      /** Leave for all other and later calls of the same tool in this run, too. */
      readonly alike?: true;
    }
  /**
   * A call that must not be repeated began before the last stop and has no outcome: whether it was done is not known.
   * `call` is its key; the fact is no outcome of it.
   */
  | { readonly type: 'tool.uncertain'; readonly at: number; readonly call: string }
  /**
   * A call was not made, because what it needs could not be reached: nothing was done. `call` is its key; the fact is no
   * outcome of it, and the call may be made again.
   */
  | {
      readonly type: 'tool.unreached';
      readonly at: number;
      readonly call: string;
      readonly ms: number;
      readonly failure: CodedFailure;
    }
  /**
   * A person said something to a role of the run, which its next model call hears. `id` is that of the message where it
   * was left from another process.
   */
  | {
      readonly type: 'role.steered';
      readonly at: number;
      readonly role: string;
      readonly text: string;
      /** Who said it, as the system knows them. */
      readonly by: string;
      readonly id?: string;
    }
  /** Nobody was there to be asked; the run waits until somebody is. */
  | { readonly type: 'person.absent'; readonly at: number; readonly key: string }
  /**
   * Where paths really are, by their text, with all links followed: absolute; of what does not exist, the real path of its
   * nearest existing parent and the rest. What could not be found out is left out.
   */
  | {
      readonly type: 'paths.resolved';
      readonly at: number;
      readonly key: string;
      readonly places: { readonly [path: string]: string };
    }
  /** What was remembered for a piece of work, as it stood when it began. */
  | {
      readonly type: 'memory.recalled';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly recalled: Recalled;
    }
  | {
      readonly type: 'memory.written';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly written: MemoryWritten;
    }
  /** Memory could not be read or written; the work goes on without it. */
  | {
      readonly type: 'memory.failed';
      readonly at: number;
      readonly key: string;
      readonly ms: number;
      readonly failure: CodedFailure;
    }
  | { readonly type: 'timer.fired'; readonly at: number; readonly key: string };
