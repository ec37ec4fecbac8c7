import type { CodedFailure } from '../model/crew-error.ts';
import type { ActEffect, Effect, MemoryWriteEffect, ToolCallEffect } from '../model/effect.ts';
import type { ModelTerms, ResolvedModel, RunMemory, WithoutMemory } from '../model/fact.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { MemoryScope } from '../model/memory.ts';
import type { Policy } from '../model/policy.ts';
import type { Program } from '../model/program.ts';
import type { MemoryWritten, RecalledRole } from '../model/recall.ts';
import type { RunEvent } from '../model/run-event.ts';
import type { Ledger } from '../policy/budget.ts';
import type { LastAttempt } from '../prompts/lessons.ts';
import type { ReadNote } from './remember/read-by-tool.ts';
import type { Thinking } from './remember/thinking.ts';
import type { StatechartPosition } from './statechart.ts';
import type { Steering } from './steering.ts';
import type { BegunPart, KeptTrial, PartOutcome } from './step.ts';
import type { WorkState } from './work.ts';

/**
 * A phase, a branch or an item that is being worked on. `id` is unique in the run: the procedure's id and the path.
 * `attempt` counts its beginnings from 1; `key` is `<id>:<visit>:<attempt>`.
 */
export interface OpenWork {
  readonly id: string;
  readonly procedure: string;
  readonly path: string;
  readonly visit: number;
  readonly attempt: number;
  readonly key: string;
  /** Attempts that failed and were tried again. */
  readonly retries: number;
  /** How often its timeout was started; the last one counts. */
  readonly timeouts: number;
  /** The moment of its opening, on the clock of people. */
  readonly openedAt: number;
  /** Absent while the work waits for its next attempt. */
  readonly state?: WorkState;
  /** It cannot go on before the run is resumed: a model could not be reached, or nobody is there to answer. */
  readonly held?: CodedFailure;
  /** What earlier trials of a phase with `reflect` have taught. */
  readonly reflection?: TrialRecord;
  /** How much people had said to roles when it was opened. */
  readonly steersBefore?: number;
  /** It waits for what is remembered, and these parts wait for it. Absent once it has begun. */
  readonly recalling?: readonly { readonly path: string; readonly part: BegunPart }[];
  /** What it was reminded of, for all attempts and trials of this visit. */
  readonly recalled?: readonly RecalledRole[];
  /** The tools that were called for it, but those of memory; kept only in runs that remember. */
  readonly called?: readonly string[];
  /** The notes that were read for it with tools of memory; kept only in runs that remember. */
  readonly read?: readonly ReadNote[];
  /** The scopes in which its roles kept notes by tools; only where that counts towards insights. */
  readonly kept?: readonly MemoryScope[];
  /** Those whose words for it came from models that go by rules; kept only in runs that do not remember such words. */
  readonly ruled?: readonly string[];
  /** A note from outside was read with a tool of memory; kept only in runs that remember. */
  readonly strange?: true;
  /** How its trials were judged; kept only in runs that remember. */
  readonly verdicts?: readonly TrialVerdict[];
  /** It is over, but for what is being remembered of it. */
  readonly ending?: Ending;
}

/** How a trial of a phase with `reflect` was judged. */
interface TrialVerdict {
  readonly trial: number;
  readonly passed: boolean;
  readonly score: number | null;
  readonly feedback: string;
}

/** What is still to be remembered before a piece of work ends: one effect at a time, the first is under way. */
export interface Ending {
  readonly outcome: PartOutcome;
  readonly writes: readonly MemoryWriteEffect[];
  /** What was gathered by scope when something was last written. */
  readonly gathered?: MemoryWritten['gathered'];
  /** A model thinks about what is to be written, or was. */
  readonly thinking?: Thinking;
}

/** What is known of the trials of a phase with `reflect` so far. */
export interface TrialRecord {
  /** The number of the current trial, from 1. */
  readonly trial: number;
  readonly lessons: readonly string[];
  /** The attempt before this one, where its strategy shows it. */
  readonly last?: LastAttempt;
  /** The kept artifact of the earlier trials. */
  readonly kept?: KeptTrial;
}

/** How a run ended. */
export type RunEnd =
  | { readonly outcome: 'success' | 'failure'; readonly phase: string; readonly result: JsonValue }
  | { readonly outcome: 'error'; readonly phase: string; readonly failure: CodedFailure };

/** Something that a run decided about itself, as it is remembered. `phase` is its path inside the crew named. */
export interface Decision {
  readonly crew: string;
  readonly phase: string;
  readonly what: string;
  readonly times: number;
  /** The phase did not reach what it was for, however the run came out. */
  readonly failed?: true;
}

/** An end that waits for what is being remembered of the run. */
interface RunEnding {
  readonly end: RunEnd;
  readonly writes: readonly MemoryWriteEffect[];
}

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
 * A procedure under way: the run's own, with the id '', or that of a crew phase, with the key of its work and a slash.
 * 1. `artifacts` has exactly the artifacts of completed phases, the latest visit of each.
 * 2. `talks` has what was said in the conversations among them.
 * 3. `entered` and `published` count in one order, `moment`, when each phase was last entered and each artifact published.
 */
export interface Procedure {
  readonly id: string;
  /** Stands before the paths of its phases where people read them: '' or `build/`. */
  readonly place: string;
  /** Stands before its model aliases and names its program inside the run's: '' or `build/`, `explain.do/`. */
  readonly crewPath: string;
  readonly program: Program;
  readonly inputs: JsonObject;
  /** The inputs as they were given; only the run's own procedure has them. */
  readonly given?: JsonObject;
  /** Absent until its first state is entered. */
  readonly position?: StatechartPosition;
  readonly artifacts: JsonObject;
  readonly talks?: JsonObject;
  readonly visits: { readonly [path: string]: number };
  readonly entered: { readonly [phase: string]: number };
  readonly published: { readonly [artifact: string]: number };
  readonly moment: number;
  /** The procedure whose roles play in this one, when it is no crew of its own. */
  readonly castBy?: string;
  readonly lastFailure?: CodedFailure & { readonly phase: string };
}

/**
 * A tool call that needs a person: their leave, which stays given, or their word whether it was done. `asked` counts the
 * questions for leave, `doubts` how often it was not known whether it was done. While it is `inDoubt` it is not under way,
 * and its reservation is held.
 */
export interface WaitingCall {
  readonly call: ToolCallEffect;
  readonly asked: number;
  /** What the person was asked to give leave for; absent in runs of before there were policies. */
  readonly binding?: string;
  readonly allowed?: true;
  readonly doubts?: number;
  readonly inDoubt?: true;
}

/**
 * A tool call whose arguments have paths that a rule looks at. `looked` counts how often it was asked where they are;
 * `places` is absent until it is known.
 */
interface PlacedCall {
  readonly call: ToolCallEffect;
  readonly looked: number;
  readonly paths: readonly string[];
  readonly places?: { readonly [path: string]: string };
}

/**
 * All that a run is, folded from its facts.
 * 1. `acts` are the effects that were let out and not answered yet; a fact without its act is stale and changes nothing.
 * 2. `blocked` are the effects that wait for a suspension to end; they hold no reservation.
 * 3. `open` has the work of all procedures by id.
 */
export interface RunState {
  readonly program: Program;
  readonly runId: string;
  /** What draws by lot are made of. */
  readonly seed: string;
  readonly models: { readonly [alias: string]: ResolvedModel };
  readonly terms: { readonly [alias: string]: ModelTerms };
  readonly grants: readonly string[];
  /** What the user allows; absent in runs that have no policy. */
  readonly policy?: Policy;
  /** The tools, see `toolIdentity`, for all calls of which a person gave leave. */
  readonly alike: readonly string[];
  readonly procedures: { readonly [id: string]: Procedure };
  readonly open: { readonly [id: string]: OpenWork };
  readonly acts: { readonly [key: string]: ActEffect };
  readonly blocked: readonly ActEffect[];
  /** Tool calls by key that a person was asked about, until they have an outcome. */
  readonly approvals: { readonly [key: string]: WaitingCall };
  /** Tool calls by key whose paths were looked up, until they have an outcome. */
  readonly placed: { readonly [key: string]: PlacedCall };
  readonly ledger: Ledger;
  /** What people have said to roles; absent when nothing was said. */
  readonly steering?: Steering;
  /** The memory of the run; absent when it has none, or none is wanted. */
  readonly memory?: RunMemory;
  /** The tools of memory are not offered. */
  readonly withoutMemory?: WithoutMemory;
  /** How the procedures went where they could go several ways; kept only in runs that remember. */
  readonly decisions?: readonly Decision[];
  /** The end of the run, which is there as soon as it is remembered. */
  readonly ending?: RunEnding;
  readonly suspension?: Suspension;
  /** Milliseconds that the run was worked on; the time between a stop and a resume, and that of people, does not count. */
  readonly activeMs: number;
  /** How many run-time timers were started; the last one counts. */
  readonly timeLimits: number;
  /** The value of `activeMs` at which the running timer fires; absent without a time ceiling. */
  readonly timeDue?: number;
  /** Nothing is waited for but people. */
  readonly idle: boolean;
  readonly at: number;
  readonly end?: RunEnd;
}

/** Something that the statechart of a procedure has still to hear. Counts are those that its guards read. */
export interface Move {
  readonly procedure: string;
  readonly type: string;
  readonly turns?: number;
  readonly delegations?: number;
  readonly working?: number;
}

/** The move that enters a procedure's first state. */
export const ENTER = '$enter';

/**
 * A decision in the making, inside one call of `decide`: the state so far, the wishes so far, in order, and the events
 * that the statecharts have still to hear.
 */
export interface Draft {
  state: RunState;
  readonly effects: Effect[];
  readonly moves: Move[];
  /** Tool calls that may not be made; their work is told when the statecharts have heard everything. */
  readonly refused: RefusedCall[];
}

/** A tool call that was decided against before it went out. */
export interface RefusedCall {
  readonly call: ToolCallEffect;
  readonly failure: CodedFailure;
}

/** Wishes that the watchers be told. */
export function publish(draft: Draft, event: RunEvent): void {
  draft.effects.push({ type: 'event.publish', event });
}

/** The procedure of that id. Pure. */
export function procedureOf(state: RunState, id: string): Procedure {
  const procedure = state.procedures[id];
  if (procedure === undefined) throw new Error(`the run has no procedure ${id}`);
  return procedure;
}

/** Changes a procedure. */
export function setProcedure(draft: Draft, id: string, change: Partial<Procedure>): void {
  const procedure = { ...procedureOf(draft.state, id), ...change };
  draft.state = { ...draft.state, procedures: { ...draft.state.procedures, [id]: procedure } };
}

/** Puts a piece of open work in the place of what it was. */
export function setWork(draft: Draft, work: OpenWork): void {
  draft.state = { ...draft.state, open: { ...draft.state.open, [work.id]: work } };
}
