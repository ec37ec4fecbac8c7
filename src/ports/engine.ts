import type { CodedFailure } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { Program } from '../model/program.ts';
import type { Spend } from '../model/run-event.ts';

/** One journalled fact. `seq` counts from 1 without gaps; `replayed` says that it was there before this process. */
export interface JournalRecord {
  readonly seq: number;
  readonly fact: Fact;
  readonly replayed: boolean;
}

/** What a listing says about a run without replaying it. */
export interface RunHeader {
  readonly runId: string;
  readonly crew: string;
  readonly createdAt: number;
  readonly status: RunStatus;
  /** A living process works on it right now. */
  readonly active: boolean;
  /** How the run stood when it was last left; absent when nobody has left it in order yet. */
  readonly summary?: RunSummary;
}

/** What listings say about a run beside its status, as it stood when a process left it. */
export interface RunSummary {
  readonly spend: Spend;
  /** Milliseconds of work, without pauses. */
  readonly workedMs: number;
  /** Why an open run waits; absent when it was only stopped, and when it is over. */
  readonly waitsFor?: CodedFailure;
  /** What was asked, of a run of `crew ask`; absent for other runs, and where an earlier version has left it. */
  readonly question?: string;
}

export type RunStatus = 'open' | 'success' | 'failure' | 'error';

/** A run as it is recorded, whoever works on it. */
export interface RecordedRun {
  readonly runId: string;
  readonly program: Program;
  readonly facts: readonly Fact[];
  /** The last link of the chain of hashes over the facts; absent where a run does not come from a journal. */
  readonly head?: string;
}

/** Facts of a run as they are recorded, whoever works on it. */
export interface RunTail {
  readonly runId: string;
  readonly program: Program;
  /**
   * The facts that were recorded since the last call, in order; the first call gives all that are there. None when the run
   * was taken away. Fails with JOURNAL_DAMAGED and the place, or JOURNAL_UNAVAILABLE.
   */
  more(): readonly Fact[];
}

/** The process of this machine that works on a run. */
export interface RunHolder {
  readonly pid: number;
  /** All runs that it works on, this one too. */
  readonly runIds: readonly string[];
}

/** What a person said to a question, from whatever shell. `by` is who said it. */
export interface PersonAnswer {
  readonly choice: string | null;
  readonly text: string | null;
  readonly by: string;
  /** The binding of the question that the person saw, where it has one. */
  readonly binding?: string;
  /** Leave for all other and later calls of the same tool in the run, too. */
  readonly alike?: true;
}

/** What somebody says to a run from another process. `at` is wall-clock milliseconds. */
export interface RunSignal {
  readonly kind: 'steer';
  /** No signal of any run has it, too; forks keep facts that name it. */
  readonly id: string;
  readonly at: number;
  readonly role: string;
  readonly text: string;
  readonly by: string;
}

/** How an effect may be treated after a crash. */
export interface EffectIdentity {
  readonly key: string;
  /** May be performed again when it was begun but its outcome was not recorded. */
  readonly repeatable: boolean;
  /** What goes on record in place of an act that is not repeatable and began before, without outcome. */
  readonly doubt?: () => Fact;
}

/**
 * The journal of one run, held under a lock by this process.
 * 1. `record` performs an act at most once per outcome: with a recorded outcome under its key the act never runs.
 * 2. `next` yields facts in the order of `seq`, first the recorded ones, then live ones, each after it is on disk.
 * 3. No act begins while recorded facts are left, so what was cancelled later in the journal never runs.
 * 4. The intent to perform an act that is not repeatable is on disk before the act begins; with an intent and without an
 *    outcome it does not begin: its `doubt` is recorded, and `next` fails with EFFECT_UNCERTAIN where it has none.
 *    After each recorded `tool.uncertain` the act may be given once more, with an intent of its own; so it may after an
 *    act that gave `tool.unreached`, which says that nothing was done and is no outcome.
 *    An act that is given while `next` is waited for begins without another call of `next`.
 * 5. `close` aborts the open acts and drops their outcomes; they are open again after the next `open`.
 * `next` fails with JOURNAL_FULL, JOURNAL_UNAVAILABLE or JOURNAL_DAMAGED, and rejects with what an act threw.
 * @see ../../test/contracts/engine.ts
 */
export interface Journal {
  readonly runId: string;
  readonly program: Program;
  /** The last link of the chain of hashes over all that was recorded so far, also after `close`. */
  readonly head?: string;
  /** The facts that were there when the journal was opened, in order. */
  readonly recorded: readonly Fact[];
  /** All runs that are kept beside this one, to be looked at; absent for a journal that stands alone. */
  readonly beside?: Pick<Engine, 'list' | 'read'>;
  /** Puts a fact that answers no effect, such as `run.started`, on disk; it comes out of `next` in its turn. */
  append(fact: Fact): void;
  record(effect: EffectIdentity, act: (signal: AbortSignal) => Promise<Fact>): void;
  /** Aborts an act, or forgets one that has not begun; its outcome is never recorded. */
  cancel(key: string): void;
  next(): Promise<JournalRecord>;
  /** Whether `next` has a record at hand without waiting for an act. */
  ready(): boolean;
  /** What was left for a question with `Engine.answer`, by the question's id. */
  answerTo(question: string): PersonAnswer | undefined;
  /** What was left for this run with `Engine.signal`, in order; what was taken in already, too. */
  signals(): readonly RunSignal[];
  /** Sets what listings show; the facts remain the truth. A summary stays until there is another one. */
  mark(status: RunStatus, summary?: RunSummary): void;
  close(): void;
}

/** Keeps journals. */
export interface Engine {
  /** Starts a journal, with `facts` that are recorded already, such as a fork's. Fails with RUN_LOCKED when the id is taken. */
  create(runId: string, program: Program, createdAt: number, facts?: readonly Fact[]): Journal;
  /** Opens a run by its id or by a prefix that only one run has. Fails with RUN_NOT_FOUND, RUN_LOCKED, JOURNAL_MISMATCH. */
  open(runIdOrPrefix: string): Journal;
  /** Reads a run without its lock, also while another process works on it. Fails with RUN_NOT_FOUND, JOURNAL_*. */
  read(runIdOrPrefix: string): RecordedRun;
  /** Reads a run as it grows, without its lock and without reading anything twice. Fails like `read`. */
  follow(runIdOrPrefix: string): RunTail;
  /** Who works on a run; undefined when no living process does. Fails with RUN_NOT_FOUND. */
  holderOf(runIdOrPrefix: string): RunHolder | undefined;
  /** Takes a run away with all that belongs to it. Fails with RUN_NOT_FOUND, and with RUN_LOCKED while it is worked on. */
  remove(runId: string): void;
  /** Gives the room of what was taken away back to the disk. False, and nothing done, while any run is worked on. */
  compact(): boolean;
  /**
   * Leaves an answer for a question of a run, which whoever works on it will find. The first answer counts: returns
   * false when there is one already.
   */
  answer(runId: string, question: string, answer: PersonAnswer): boolean;
  /** All that was left for questions of a run with `answer`, by the question's id; empty for a run that is not there. */
  answers(runId: string): ReadonlyMap<string, PersonAnswer>;
  /** Leaves something for a run, which whoever works on it will find; gives its id. Fails with RUN_NOT_FOUND. */
  signal(runId: string, signal: Omit<RunSignal, 'id'>): string;
  /** All that was left for a run with `signal`, in order; empty for a run that is not there. */
  signals(runId: string): readonly RunSignal[];
  list(): readonly RunHeader[];
  close(): void;
}
