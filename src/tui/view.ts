import type { Chart } from '../model/chart.ts';
import type { Budget } from '../model/crew.ts';
import type { PersonQuestion } from '../model/person-question.ts';
import type { Bound } from '../model/plan.ts';
import type { GuardAsked, Spend } from '../model/run-event.ts';
import type { TrialCurve } from '../model/trial-curve.ts';
import type { ItemList } from './item-list.ts';

/** What is known of a run before its first event. */
export interface ViewSetup {
  readonly chart: Chart;
  /** The procedures of crew phases, by path: `build`, `split.docs`. */
  readonly crews: ReadonlyMap<string, Chart>;
  readonly roles: readonly { readonly name: string; readonly model: string }[];
  readonly budget: Budget;
  /** The most that the run can take, as the plan worked it out. */
  readonly plan?: Bound;
  /** What commands need after the id to find this run, with a space before it. */
  readonly flags: string;
}

/** How a phase, or a part of one, stands. Times are in milliseconds of work. */
export interface PhaseView {
  readonly path: string;
  readonly kind: string;
  readonly role?: string;
  readonly state: 'live' | 'done' | 'failed' | 'cancelled';
  readonly visit: number;
  readonly attempt: number;
  readonly startedMs: number;
  /** What people alone had taken of the run when it began. */
  readonly startedAwaitedMs: number;
  /** How long it took, without what only people took of it. */
  readonly ms?: number;
  readonly waitedMs?: number;
  /** What it delivered, or why it did not; what it does right now while it is live. */
  readonly note: string;
  /** How its trials went so far, where it has any. */
  readonly trials?: TrialCurve;
  /** Who has the turn, where roles talk. */
  readonly speaker?: string;
  /** Calls and money of the latest visit. */
  readonly calls: number;
  /** Parts that were begun and that completed, where it has parts. */
  readonly parts: { readonly begun: number; readonly done: number };
}

/** One role: what it does and what it has cost. `state` is `idle` before and between its turns. */
export interface RoleView {
  readonly name: string;
  /** `provider:name`, or the alias while nobody has said what stands behind it. */
  readonly model: string;
  readonly state: 'idle' | 'thinking' | 'calling' | 'waiting';
  readonly calls: number;
  readonly tokens: number;
  readonly costMicroUsd: number | null;
  readonly action: string;
}

/** One thing in the conversation; its texts have passed `cellText`. `at` is in milliseconds of work. */
export interface TalkItem {
  readonly at: number;
  readonly phase: string;
  readonly kind: 'said' | 'tool' | 'handed' | 'phase' | 'asked' | 'answered' | 'note';
  readonly who: string;
  readonly to?: string;
  /** On one line: what it is. */
  readonly title: string;
  /** What is folded away or shown below: words, arguments and results. */
  readonly text: string;
  readonly state: 'open' | 'good' | 'bad' | 'plain';
  /** What it took: time, tokens, money. */
  readonly meta: string;
  /** The key of the model call, by which its prompt is found. */
  readonly key?: string;
  /** UTF-16 units that were too many to be kept. */
  readonly left?: number;
}

/** One row of the log. */
export interface LogRow {
  readonly at: number;
  readonly phase: string;
  readonly mark: string;
  readonly look: 'plain' | 'good' | 'bad' | 'alert' | 'dim' | 'cyan';
  readonly text: string;
}

/** Text that a model is writing: its end, and how much of it there was in all. */
export interface StreamView {
  readonly phase: string;
  readonly role: string;
  readonly text: string;
  readonly length: number;
}

/** A call that is under way. */
export interface OpenCall {
  readonly phase: string;
  readonly role?: string;
  readonly what: 'model' | 'tool';
  /** The number of its item in the conversation, for a tool. */
  readonly item?: number;
  readonly startedMs: number;
}

/** What a phase has published; `text` is what is kept of it. */
interface ArtifactView {
  readonly phase: string;
  readonly at: number;
  readonly visit: number;
  readonly summary: string;
  readonly text: string;
  readonly left: number;
}

/** Something that was learned, or used, across trials. */
interface LessonView {
  readonly phase: string;
  /** 0 for one that an earlier run has learned. */
  readonly trial: number;
  readonly text: string;
  readonly at: number;
  /** Why one of an earlier run is used. */
  readonly why?: string;
}

/** A way that was taken, and the conditions that were asked. */
export interface WayView {
  readonly at: number;
  readonly crew: string;
  readonly from: string;
  readonly to: string;
  readonly way: 'next' | 'on_error' | 'on_limit' | 'subscribe';
  readonly guards: readonly GuardAsked[];
  readonly limit?: string;
}

/** A turn of a conversation, and why it was given. */
export interface TurnView {
  readonly at: number;
  readonly phase: string;
  readonly role: string;
  readonly turn: number;
  readonly closing: boolean;
  readonly reason: string;
}

/** A question that waits for a person. */
export interface QuestionView {
  readonly key: string;
  readonly id: string;
  readonly phase: string;
  readonly question: PersonQuestion;
  /** In milliseconds of work. */
  readonly at: number;
}

export type RunState =
  | 'starting'
  /** Nobody works on it, and it is not over. */
  | 'idle'
  | 'running'
  | 'paused'
  | 'stopping'
  | 'suspended'
  | 'success'
  | 'failure'
  | 'error';

/** All that the dashboard shows of a run, told by its events alone. */
export interface View {
  readonly setup: ViewSetup;
  readonly runId: string;
  readonly crew: string;
  readonly goal: string;
  readonly state: RunState;
  /** Why it stopped or failed: code, message and what to do. */
  readonly failure?: { readonly code: string; readonly message: string; readonly hint: string };
  /** The time of the latest event, by the clock of people. */
  readonly lastAt: number;
  readonly workedMs: number;
  /** Of `workedMs`, what passed while only people were waited for. */
  readonly awaitedMs: number;
  readonly events: number;
  readonly spend: Spend;
  /** What the run itself says that it spent, once it has. */
  readonly isFinalSpend: boolean;
  readonly models: ReadonlyMap<string, string>;
  readonly phases: ReadonlyMap<string, PhaseView>;
  readonly roles: ReadonlyMap<string, RoleView>;
  readonly talk: ItemList<TalkItem>;
  /** UTF-16 units of the texts in `talk`. */
  readonly talkUnits: number;
  readonly log: ItemList<LogRow>;
  readonly ways: ItemList<WayView>;
  readonly turns: ItemList<TurnView>;
  readonly streams: ReadonlyMap<string, StreamView>;
  readonly openCalls: ReadonlyMap<string, OpenCall>;
  readonly artifacts: ReadonlyMap<string, ArtifactView>;
  readonly lessons: ItemList<LessonView>;
  readonly questions: readonly QuestionView[];
  /** The last item that a role said in a phase, so that its message is not shown twice. */
  readonly lastSaid: ReadonlyMap<string, number>;
  readonly result?: string;
}

/** What is kept at most; what is older is dropped and counted. */
export const MOST = {
  talkItems: 12_000,
  talkUnits: 6_000_000,
  itemUnits: 200_000,
  toolUnits: 8_000,
  streamUnits: 16_000,
  logRows: 12_000,
  ways: 2_000,
  turns: 2_000,
  lessons: 500,
  artifacts: 200,
  artifactUnits: 100_000,
  phases: 600,
} as const;
