import type { BlockDeclaration } from './crew-memory.ts';
import type { MemoryScope, NewNote, NoteKind, Trust } from './memory.ts';

/** How the best notes are chosen. `hybrid` is the measured default, `generative-agents` the scoring of the paper, exactly. */
export type RecallScoring = 'hybrid' | 'generative-agents' | 'newest';

/** The lessons of a phase whose roles do not say how many they want. */
export const DEFAULT_LESSONS = 3;
/** How many decisions of earlier runs are shown to whoever decides. */
export const MAX_DECISIONS = 5;

/** What a role is to be reminded of before it works. */
export interface RoleRecall {
  readonly role: string;
  /** Blocks that it is shown, in this order. */
  readonly blocks: readonly { readonly scope: MemoryScope; readonly label: string }[];
  /** Where notes are looked for, and how many at most; absent when none are. */
  readonly notes?: {
    readonly scopes: readonly MemoryScope[];
    readonly limit: number;
    readonly maxTokens: number;
  };
  /** The most lessons; absent when none are looked for. */
  readonly lessons?: {
    readonly scopes: readonly MemoryScope[];
    readonly limit: number;
    /** Only those that this very task has taught. */
    readonly sameTask?: true;
    /** What judges the trials: a hash of the evaluator; absent in runs of before. */
    readonly criterion?: string;
  };
  /** How earlier runs decided where this one has to decide as well; absent where nothing is decided. */
  readonly decisions?: { readonly scopes: readonly MemoryScope[]; readonly limit: number };
}

/**
 * What is to be recalled for a piece of work: for each role that takes part, by the text of its task. The role '' stands for
 * the work itself: it has the lessons of a phase with `reflect`, and the decisions for whoever delegates or gives turns.
 */
export interface RecallRequest {
  readonly crew: string;
  /** A path inside the procedure of that crew. */
  readonly phase: string;
  /** What notes are searched by. */
  readonly query: string;
  /** As in `LessonRecord.task`. */
  readonly task: string;
  readonly scoring: RecallScoring;
  /** What the crew declares of its blocks. */
  readonly blocks: readonly BlockDeclaration[];
  readonly roles: readonly RoleRecall[];
  /** Notes of one scope that insights are drawn from: the latest, or those for each question; absent where none are drawn. */
  readonly stream?: {
    readonly scope: MemoryScope;
    readonly limit: number;
    /** Absent: the latest notes, as one list. */
    readonly queries?: readonly string[];
  };
}

/** A note as a role is shown it, with the parts of its score, so that a person can see why it was chosen. */
export interface RecalledNote {
  readonly id: string;
  readonly kind: NoteKind;
  readonly text: string;
  readonly gist: string;
  readonly scope: MemoryScope;
  readonly runId: string;
  readonly phase: string;
  readonly role: string;
  readonly createdAt: number;
  readonly trust: Trust;
  /** What it tells of did not pass what it was judged by; absent for all else, and in facts of before. */
  readonly outcome?: 'fail';
  readonly score: number;
  readonly parts: { readonly [part: string]: number };
}

/** What a role is reminded of. Notes and lessons are best first. */
export interface RecalledRole {
  readonly role: string;
  readonly blocks: readonly {
    readonly label: string;
    readonly value: string;
    readonly description: string;
    readonly limit: number;
    readonly readOnly: boolean;
    readonly version: number;
  }[];
  readonly notes: readonly RecalledNote[];
  readonly lessons: readonly RecalledNote[];
  readonly decisions?: readonly RecalledNote[];
}

/** What was recalled, from which version of the store. */
export interface Recalled {
  readonly version: number;
  readonly roles: readonly RecalledRole[];
  /** The lists of `RecallRequest.stream`, in their order; absent where none was asked for. */
  readonly stream?: readonly (readonly RecalledNote[])[];
  /** What could not be done and why, such as vectors that are missing; the rest counts. */
  readonly remarks: readonly string[];
}

/** Something that a run wants to have remembered. */
export type MemoryWrite =
  | { readonly op: 'note'; readonly note: NewNote }
  /** Nothing is written; it is asked what these scopes have gathered, because notes were kept there by tools, or by others. */
  | { readonly op: 'gather'; readonly scopes: readonly MemoryScope[] }
  /** Insights were drawn from what a scope had gathered. */
  | { readonly op: 'settle'; readonly scope: MemoryScope; readonly gathered: number }
  /** The run is over: what was remembered for it alone expires then. */
  | { readonly op: 'expire'; readonly scope: MemoryScope; readonly at: number }
  /** A task was begun with these lessons and its first trial passed or did not; it goes with a `tried`. */
  | { readonly op: 'credit'; readonly lessons: readonly string[]; readonly passed: boolean }
  /** How the first trial of a task came out, whether it had lessons or not; what lessons are held against. */
  | {
      readonly op: 'tried';
      readonly scope: MemoryScope;
      /** The phase as in `RecallRequest`. */
      readonly phase: string;
      readonly task: string;
      readonly passed: boolean;
      readonly withLessons: boolean;
      /** What judged it, as in `RoleRecall.lessons`; absent in runs of before. */
      readonly criterion?: string;
    };

/** A note that gave way to a newer one, with its text in one line and why. */
export interface GaveWay {
  readonly id: string;
  readonly text: string;
  readonly reason: string;
}

/** What became of the writes of one effect. */
export interface MemoryWritten {
  /** Ids in the order of the notes; of a note that was there already, the id of that one. */
  readonly notes: readonly {
    readonly id: string;
    readonly state: 'new' | 'merged' | 'quarantined' | 'refused';
    readonly reason?: string;
    /** What nobody is reminded of any more because of it; absent where nothing is, and in facts of before. */
    readonly gaveWay?: readonly GaveWay[];
  }[];
  /** Lessons that were retired by this. */
  readonly retired: readonly string[];
  /** Why, by id; absent where none was, and in facts of before. */
  readonly retiredFor?: { readonly [id: string]: string };
  /** Importance gathered since the last insights, by scope: those of the notes, and those that were asked for. */
  readonly gathered: { readonly [scope: MemoryScope]: number };
  readonly version: number;
}
