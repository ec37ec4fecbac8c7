import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Fact } from '../model/fact.ts';
import type { Program } from '../model/program.ts';
import type {
  EffectIdentity,
  Engine,
  Journal,
  JournalRecord,
  PersonAnswer,
  RunSignal,
  RunStatus,
  RunSummary,
} from '../ports/engine.ts';
import { EffectQueue } from './effect-queue.ts';
import type { GroupSync } from './group-sync.ts';
import { asCrewError, guarded } from './sqlite-access.ts';
import { CHAIN_START, chainHash, readFacts, readProgram } from './sqlite-facts.ts';
import { readSignals } from './sqlite-signals.ts';

const INSERT_FACT = 'INSERT INTO facts (run_id, seq, effect_key, fact, hash) VALUES (?, ?, ?, ?, ?)';

/** A run as it stands on disk. */
export interface StoredRun {
  readonly runId: string;
  readonly program: Program;
  readonly records: readonly JournalRecord[];
  readonly lastHash: string;
  readonly intents: readonly string[];
  /** Looks at all runs of the database. */
  readonly beside?: Pick<Engine, 'list' | 'read'>;
}

/** Reads a run and checks its hash chain. Fails with RUN_NOT_FOUND, JOURNAL_MISMATCH or JOURNAL_DAMAGED and the place. */
export function readRun(database: DatabaseSync, runId: string): StoredRun {
  const program = readProgram(database, runId);
  const { facts, place } = readFacts(database, runId, CHAIN_START);
  const records = facts.map((fact, index) => ({ seq: index + 1, fact, replayed: true }));
  const intents = database.prepare('SELECT effect_key FROM intents WHERE run_id = ?').all(runId);
  const keys = intents.map(intent => String(intent.effect_key));
  return { runId, program, records, lastHash: place.hash, intents: keys };
}

/** Puts the first facts of a new run on disk, inside the caller's transaction; they are recorded, not live. */
export function insertFacts(
  database: DatabaseSync,
  runId: string,
  facts: readonly Fact[],
): Pick<StoredRun, 'records' | 'lastHash'> {
  const insert = database.prepare(INSERT_FACT);
  let lastHash = '';
  const records = facts.map((fact, index) => {
    const text = JSON.stringify(fact);
    lastHash = chainHash(lastHash, text);
    insert.run(runId, index + 1, 'key' in fact ? fact.key : null, text, lastHash);
    return { seq: index + 1, fact: JSON.parse(text) as Fact, replayed: true };
  });
  return { records, lastHash };
}

/** The journal of one run in an open database; the caller holds its lock. */
export class SqliteJournal implements Journal {
  readonly runId: string;
  readonly program: Program;
  readonly recorded: readonly Fact[];
  readonly beside?: Pick<Engine, 'list' | 'read'>;
  readonly #database: DatabaseSync;
  readonly #insertFact: StatementSync;
  readonly #queue: EffectQueue;
  #seq: number;
  #lastHash: string;

  constructor(database: DatabaseSync, sync: GroupSync, run: StoredRun) {
    this.#database = database;
    this.#insertFact = database.prepare(INSERT_FACT);
    this.runId = run.runId;
    this.program = run.program;
    this.recorded = run.records.map(({ fact }) => fact);
    if (run.beside !== undefined) this.beside = run.beside;
    this.#seq = run.records.length;
    this.#lastHash = run.lastHash;
    const store = {
      write: (fact: Fact, key: string | null) => this.#write(fact, key),
      intend: (key: string) => this.#intend(key),
      withdraw: (key: string) => this.#withdraw(key),
      flush: () => sync.flush().catch(failedToSync),
    };
    this.#queue = new EffectQueue(store, run.records, run.intents);
  }

  get head(): string {
    return this.#lastHash;
  }

  append(fact: Fact): void {
    this.#queue.append(fact);
  }

  record(effect: EffectIdentity, act: (signal: AbortSignal) => Promise<Fact>): void {
    this.#queue.record(effect, act);
  }

  cancel(key: string): void {
    this.#queue.cancel(key);
  }

  next(): Promise<JournalRecord> {
    return this.#queue.next();
  }

  ready(): boolean {
    return this.#queue.ready();
  }

  answerTo(question: string): PersonAnswer | undefined {
    const row = guarded('an answer', () =>
      this.#database
        .prepare('SELECT answer FROM answers WHERE run_id = ? AND question = ?')
        .get(this.runId, question),
    );
    return row === undefined ? undefined : (JSON.parse(String(row.answer)) as PersonAnswer);
  }

  signals(): readonly RunSignal[] {
    return readSignals(this.#database, this.runId);
  }

  mark(status: RunStatus, summary?: RunSummary): void {
    const known = summary === undefined ? null : JSON.stringify(summary);
    guarded('the run status', () =>
      this.#database
        .prepare('UPDATE runs SET status = ?, summary = coalesce(?, summary) WHERE run_id = ?')
        .run(status, known, this.runId),
    );
  }

  close(): void {
    this.#queue.close();
    if (!this.#database.isOpen) return;
    this.#database.prepare('DELETE FROM locks WHERE run_id = ? AND pid = ?').run(this.runId, process.pid);
  }

  #write(fact: Fact, effectKey: string | null): JournalRecord {
    const text = JSON.stringify(fact);
    const hash = chainHash(this.#lastHash, text);
    const seq = this.#seq + 1;
    guarded(`fact ${seq}`, () => this.#insertFact.run(this.runId, seq, effectKey, text, hash));
    this.#seq = seq;
    this.#lastHash = hash;
    // Parsed from the text that was stored, so that live and replayed facts are the same to the byte.
    return { seq, fact: JSON.parse(text) as Fact, replayed: false };
  }

  #withdraw(key: string): void {
    if (!this.#database.isOpen) return;
    guarded('an intent', () =>
      this.#database.prepare('DELETE FROM intents WHERE run_id = ? AND effect_key = ?').run(this.runId, key),
    );
  }

  #intend(key: string): void {
    guarded('an intent', () =>
      this.#database.prepare('INSERT INTO intents (run_id, effect_key) VALUES (?, ?)').run(this.runId, key),
    );
  }
}

function failedToSync(error: unknown): never {
  throw asCrewError(error, 'the journal');
}
