import type { Fact } from '../model/fact.ts';
import type { Program } from '../model/program.ts';

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
}

export type RunStatus = 'open' | 'success' | 'failure' | 'error';

/** A run as it is recorded, whoever works on it. */
export interface RecordedRun {
  readonly runId: string;
  readonly program: Program;
  readonly facts: readonly Fact[];
}

/** What a person said to a question, from whatever shell. `by` is who said it. */
export interface PersonAnswer {
  readonly choice: string | null;
  readonly text: string | null;
  readonly by: string;
}

/** How an effect may be treated after a crash. */
export interface EffectIdentity {
  readonly key: string;
  /** May be performed again when it was begun but its outcome was not recorded. */
  readonly repeatable: boolean;
}

/**
 * The journal of one run, held under a lock by this process.
 * 1. `record` performs an act at most once per outcome: with a recorded outcome under its key the act never runs.
 * 2. `next` yields facts in the order of `seq`, first the recorded ones, then live ones, each after it is on disk.
 * 3. No act begins while recorded facts are left, so what was cancelled later in the journal never runs.
 * 4. The intent to perform an act that is not repeatable is on disk before the act begins; an intent without outcome
 *    makes `next` fail with EFFECT_UNCERTAIN.
 * 5. `close` aborts the open acts and drops their outcomes; they are open again after the next `open`.
 * `next` fails with JOURNAL_FULL, JOURNAL_UNAVAILABLE or JOURNAL_DAMAGED, and rejects with what an act threw.
 * @see ../../test/contracts/engine.ts
 */
export interface Journal {
  readonly runId: string;
  readonly program: Program;
  /** The facts that were there when the journal was opened, in order. */
  readonly recorded: readonly Fact[];
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
  /** Sets the status that listings show; the facts remain the truth. */
  mark(status: RunStatus): void;
  close(): void;
}

/** Keeps journals. */
export interface Engine {
  /** Starts a journal. Fails with RUN_LOCKED when the id is taken. */
  create(runId: string, program: Program, createdAt: number): Journal;
  /** Opens a run by its id or by a prefix that only one run has. Fails with RUN_NOT_FOUND, RUN_LOCKED, JOURNAL_MISMATCH. */
  open(runIdOrPrefix: string): Journal;
  /** Reads a run without its lock, also while another process works on it. Fails with RUN_NOT_FOUND, JOURNAL_*. */
  read(runIdOrPrefix: string): RecordedRun;
  /**
   * Leaves an answer for a question of a run, which whoever works on it will find. The first answer counts: returns
   * false when there is one already.
   */
  answer(runId: string, question: string, answer: PersonAnswer): boolean;
  list(): readonly RunHeader[];
  close(): void;
}
