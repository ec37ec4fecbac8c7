import type { CodedFailure } from './crew-error.ts';
import type { ResolvedModel } from './fact.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { NoteKind } from './memory.ts';
import type { PersonQuestion, ToolAnswer, ToolQuestion } from './person-question.ts';
import type { GaveWay } from './recall.ts';
import type { Usage } from './usage.ts';

/** What the run has spent so far. `costMicroUsd` is null as soon as one call had no known price. */
export interface Spend {
  readonly calls: number;
  readonly toolCalls: number;
  readonly usage: Usage;
  readonly costMicroUsd: number | null;
}

/** What one check said of an attempt; its words are in the feedback of the whole. */
export interface TrialCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly score: number;
}

/** A condition that was asked on the way, and the values that it read; long ones are described. */
export interface GuardAsked {
  readonly when: string;
  readonly held: boolean;
  readonly values: { readonly [path: string]: string | number | boolean | null };
}

/** A note that a role was reminded of, in one line, and why it was chosen. `role` is '' where it goes to the whole work. */
export interface RememberedNote {
  readonly role: string;
  readonly id: string;
  readonly kind: NoteKind;
  readonly gist: string;
  readonly why: string;
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
      /** The newly published artifacts that woke a subscriber. */
      readonly causeBy?: readonly string[];
    }
  /**
   * The procedure went from one phase to another. `guards` are the conditions that were asked, in order, the last of
   * them the one that held unless the way has none; `limit` is the phase that had no visits left; `crew` is the path of
   * the crew phase whose procedure it is, absent for the run's own.
   */
  | {
      readonly type: 'transition.taken';
      readonly from: string;
      readonly to: string;
      readonly event: string;
      readonly way: 'next' | 'on_error' | 'on_limit' | 'subscribe';
      readonly guards?: readonly GuardAsked[];
      readonly limit?: string;
      readonly crew?: string;
    }
  /** A role of a conversation or a managed phase has its turn; `closing` when it is to write the artifact. */
  | {
      readonly type: 'turn.started';
      readonly phase: string;
      readonly role: string;
      readonly turn: number;
      readonly closing?: boolean;
      /** Why it is this role's turn, in a few words. */
      readonly reason?: string;
    }
  /** What a role said to others. `turn` counts the messages of the visit from 1. */
  | {
      readonly type: 'message.sent';
      readonly phase: string;
      readonly from: string;
      readonly to: readonly string[];
      readonly turn: number;
      readonly text: string;
    }
  /** One role passed the work on to another: a hand-off, a delegation, a question, a work sent back or accepted. */
  | {
      readonly type: 'work.handed';
      readonly phase: string;
      readonly how: 'hand-off' | 'delegation' | 'question' | 'sent-back' | 'accepted' | 'returned';
      readonly from: string;
      readonly to: string;
      readonly text: string;
    }
  /** A person said something to a role, which its next model call hears. */
  | { readonly type: 'role.steered'; readonly role: string; readonly text: string; readonly by: string }
  /** A role was told that what it does leads nowhere. */
  | { readonly type: 'role.warned'; readonly phase: string; readonly role: string; readonly reason: string }
  /**
   * An attempt of a phase with `reflect` was judged; `kept` is the trial that counts when none has passed. `checks` are those
   * that were made, in the order of the file; absent in runs of older versions.
   */
  | {
      readonly type: 'trial.judged';
      readonly phase: string;
      readonly trial: number;
      readonly passed: boolean;
      readonly score: number | null;
      readonly feedback: string;
      readonly checks?: readonly TrialCheck[];
      readonly kept?: number;
    }
  /**
   * One of several answers was taken. `tally` has the different answers, shortened, with the models that gave them, in the
   * order of the file; `choice` is the one that was taken. A judge's choice has its reason; `by` is `majority` also where
   * a judge had nothing to choose, or made no choice.
   */
  | {
      readonly type: 'answers.judged';
      readonly phase: string;
      readonly by: 'majority' | 'judge';
      readonly choice: string;
      readonly tally: readonly { readonly answer: string; readonly models: readonly string[] }[];
      /** The models that gave no answer. */
      readonly failed: readonly string[];
      readonly reason?: string;
    }
  | {
      readonly type: 'lesson.learned';
      readonly phase: string;
      readonly trial: number;
      readonly lesson: string;
      /** The checks that did not pass, which it answers; absent in runs of older versions. */
      readonly answers?: readonly string[];
    }
  /** A role was reminded of something before its work: which notes and why, and which blocks stand in its context. */
  | {
      readonly type: 'memory.recalled';
      readonly phase: string;
      /** The version of the store that was read. */
      readonly version: number;
      readonly notes: readonly RememberedNote[];
      readonly blocks: readonly { readonly role: string; readonly label: string; readonly version: number }[];
      /** What could not be done, and why. */
      readonly remarks: readonly string[];
    }
  /** A lesson of an earlier run is used in the work that begins. */
  | {
      readonly type: 'lesson.used';
      readonly phase: string;
      readonly id: string;
      readonly lesson: string;
      readonly why: string;
    }
  | {
      readonly type: 'memory.written';
      readonly phase: string;
      readonly notes: readonly {
        readonly id: string;
        readonly kind: NoteKind;
        readonly text: string;
        readonly state: 'new' | 'merged' | 'quarantined' | 'refused';
        readonly reason?: string;
        /** What nobody is reminded of any more because of it; absent where nothing is, and in runs of before. */
        readonly gaveWay?: readonly GaveWay[];
      }[];
      /** Lessons that were retired, because they do not help. */
      readonly retired: readonly string[];
      /** Why, by id; absent where none was, and in runs of before. */
      readonly retiredFor?: { readonly [id: string]: string };
    }
  /** Memory could not be read or written; the work goes on without. */
  | { readonly type: 'memory.failed'; readonly phase: string; readonly failure: CodedFailure }
  | {
      readonly type: 'person.asked';
      readonly key: string;
      readonly id: string;
      readonly phase: string;
      readonly question: PersonQuestion;
    }
  | {
      readonly type: 'person.answered';
      readonly key: string;
      readonly id: string;
      readonly phase: string;
      readonly choice: string | null;
      readonly text: string | null;
      readonly by: string;
      /** Nobody answered: after so many milliseconds the declared default was taken, and `by` is `default`. */
      readonly afterMs?: number;
      /** Leave for all other and later calls of the same tool in this run, too. */
      readonly alike?: true;
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
      /** It was cut off there, in tokens; absent for a whole answer. */
      readonly cutAt?: number;
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
      /** The next try of the same call, when there is one. */
      readonly retry?: { readonly nth: number; readonly of: number; readonly inMs: number };
    }
  | {
      readonly type: 'tool.started';
      readonly key: string;
      readonly phase: string;
      readonly role?: string;
      readonly tool: string;
      readonly args: JsonObject;
    }
  /** A tool asked a person in the middle of its call; `answer` is null when nobody was there. Told when the call is over. */
  | {
      readonly type: 'tool.asked';
      readonly key: string;
      readonly phase: string;
      readonly tool: string;
      readonly question: ToolQuestion;
      readonly answer: ToolAnswer | null;
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
  | {
      readonly type: 'run.suspended';
      readonly failure: CodedFailure;
      readonly spend: Spend;
      /** The model calls that were cut off, with the most that they can take; absent when there are none. */
      readonly underWay?: Spend;
    }
);

/** Text that a model is writing right now. Live only: never journalled, never replayed, not part of the event stream. */
export interface ModelDelta {
  readonly key: string;
  readonly phase: string;
  readonly role: string;
  readonly text: string;
}

/** How far a tool call is. Live only, like what a model is writing; `text` is foreign. */
export interface ToolProgress {
  readonly key: string;
  readonly tool: string;
  readonly done: number;
  /** Absent where the tool does not know it. */
  readonly total?: number;
  readonly text?: string;
}

/** Watches a run. Reporters never answer; people answer through the engine. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  /** What follows has not happened before; a run that goes on tells first what is recorded. */
  onLive?(): void;
  onDelta?(delta: ModelDelta): void;
  onProgress?(progress: ToolProgress): void;
  /** A line for people that is not part of the run's record, such as a missing optional tool. */
  onNotice?(text: string): void;
}
