import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import type { Program } from '../model/program.ts';
import type {
  Engine,
  Journal,
  PersonAnswer,
  RecordedRun,
  RunHeader,
  RunHolder,
  RunSignal,
  RunStatus,
  RunSummary,
  RunTail,
} from '../ports/engine.ts';
import { createGroupSync, type GroupSync, NO_SYNC } from './group-sync.ts';
import { isAlive, type ProcessIdentity, thisProcess } from './process-identity.ts';
import { asCrewError, guarded, inTransaction } from './sqlite-access.ts';
import { openTail } from './sqlite-facts.ts';
import { insertFacts, readRun, SqliteJournal } from './sqlite-journal.ts';
import { CREATE_SCHEMA, MIGRATIONS, SCHEMA_VERSION } from './sqlite-schema.ts';
import { insertSignal, readSignals } from './sqlite-signals.ts';

/**
 * Opens the journal file at `path`, made with its folder when it is not there. One file keeps all runs of a project.
 * Write-ahead log: what `next` yields, and an answer that was taken, survives a crash of the machine. Facts of all runs
 * that are written while the disk is busy share one sync, and nobody's work stands still for it.
 * Fails with JOURNAL_UNAVAILABLE, JOURNAL_DAMAGED or JOURNAL_MISMATCH.
 * @see ../ports/engine.ts for the promises
 */
export function createSqliteEngine(path: string): Engine {
  const database = openDatabase(path);
  return new SqliteEngine(database, path === ':memory:' ? NO_SYNC : createGroupSync(`${path}-wal`));
}

function openDatabase(path: string): DatabaseSync {
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    const database = new DatabaseSync(path, { timeout: 5000 });
    // Commits do not wait for the disk, checkpoints do; the log itself is brought there by the group sync.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    migrate(database);
    return database;
  } catch (error) {
    throw asCrewError(error, `the journal \`${path}\``);
  }
}

function migrate(database: DatabaseSync): void {
  // Whoever only reads does not wait for those who write.
  if (layoutOf(database) === SCHEMA_VERSION) return;
  inTransaction(database, () => {
    const version = layoutOf(database);
    if (version === 0) return database.exec(CREATE_SCHEMA);
    for (let from = version; from !== SCHEMA_VERSION; from += 1) {
      const step = MIGRATIONS[from];
      if (step === undefined) {
        const message = `the journal has layout ${version}, this version reads layout ${SCHEMA_VERSION}`;
        throw new CrewError('JOURNAL_MISMATCH', message);
      }
      database.exec(step);
    }
    if (version !== SCHEMA_VERSION) database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

function layoutOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version);
}

/** What must go when a run goes, the run itself last. */
const TABLES_OF_A_RUN = ['facts', 'intents', 'answers', 'signals', 'locks', 'runs'] as const;

class SqliteEngine implements Engine {
  readonly #database: DatabaseSync;
  readonly #sync: GroupSync;

  constructor(database: DatabaseSync, sync: GroupSync) {
    this.#database = database;
    this.#sync = sync;
  }

  create(runId: string, program: Program, createdAt: number, facts: readonly Fact[] = []): Journal {
    return guarded('the run', () => {
      const journal = inTransaction(this.#database, () => {
        if (this.#database.prepare('SELECT 1 FROM runs WHERE run_id = ?').get(runId) !== undefined) {
          throw new CrewError('RUN_LOCKED', `run \`${runId}\` is there already`);
        }
        this.#lock(runId);
        this.#database
          .prepare('INSERT INTO runs (run_id, crew, created_at, status, program) VALUES (?, ?, ?, ?, ?)')
          .run(runId, program.crew, createdAt, 'open', JSON.stringify(program));
        const { records, lastHash } = insertFacts(this.#database, runId, facts);
        return new SqliteJournal(this.#database, this.#sync, {
          runId,
          program,
          records,
          lastHash,
          intents: [],
          beside: this,
        });
      });
      if (facts.length > 0) this.#sync.flushNow();
      return journal;
    });
  }

  open(runIdOrPrefix: string): Journal {
    const runId = this.#resolve(runIdOrPrefix);
    return guarded(`run \`${runId}\``, () =>
      inTransaction(this.#database, () => {
        this.#lock(runId);
        const run = { ...readRun(this.#database, runId), beside: this };
        return new SqliteJournal(this.#database, this.#sync, run);
      }),
    );
  }

  read(runIdOrPrefix: string): RecordedRun {
    const runId = this.#resolve(runIdOrPrefix);
    return guarded(`run \`${runId}\``, () => {
      const { program, records, lastHash: head } = readRun(this.#database, runId);
      return { runId, program, facts: records.map(({ fact }) => fact), head };
    });
  }

  follow(runIdOrPrefix: string): RunTail {
    return openTail(this.#database, this.#resolve(runIdOrPrefix));
  }

  holderOf(runIdOrPrefix: string): RunHolder | undefined {
    const runId = this.#resolve(runIdOrPrefix);
    return guarded('the locks', () => {
      const holder = this.#livingHolder(runId);
      if (holder === undefined) return undefined;
      const rows = this.#database
        .prepare('SELECT run_id FROM locks WHERE pid = ? AND process_start = ? ORDER BY run_id')
        .all(holder.pid, holder.start);
      return { pid: holder.pid, runIds: rows.map(row => String(row.run_id)) };
    });
  }

  remove(runId: string): void {
    guarded(`run \`${runId}\``, () =>
      inTransaction(this.#database, () => {
        if (this.#resolve(runId) !== runId) throw notFound(runId);
        this.#refuseHeld(runId);
        for (const table of TABLES_OF_A_RUN) {
          this.#database.prepare(`DELETE FROM ${table} WHERE run_id = ?`).run(runId);
        }
      }),
    );
  }

  compact(): boolean {
    if (this.list().some(run => run.active)) return false;
    guarded('the journal', () => this.#database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE);'));
    return true;
  }

  answer(runId: string, question: string, answer: PersonAnswer): boolean {
    return guarded('an answer', () => {
      const { changes } = this.#database
        .prepare('INSERT OR IGNORE INTO answers (run_id, question, answer) VALUES (?, ?, ?)')
        .run(runId, question, JSON.stringify(answer));
      if (changes === 1) this.#sync.flushNow();
      return changes === 1;
    });
  }

  answers(runId: string): ReadonlyMap<string, PersonAnswer> {
    const rows = guarded('the answers', () =>
      this.#database
        .prepare('SELECT question, answer FROM answers WHERE run_id = ? ORDER BY question')
        .all(runId),
    );
    return new Map(rows.map(row => [String(row.question), JSON.parse(String(row.answer)) as PersonAnswer]));
  }

  signal(runId: string, signal: Omit<RunSignal, 'id'>): string {
    const id = insertSignal(this.#database, runId, signal);
    this.#sync.flushNow();
    return id;
  }

  signals(runId: string): readonly RunSignal[] {
    return readSignals(this.#database, runId);
  }

  list(): readonly RunHeader[] {
    const rows = guarded('the journal', () =>
      this.#database
        .prepare(
          `SELECT run_id, crew, created_at, status, summary, pid, process_start
           FROM runs LEFT JOIN locks USING (run_id) ORDER BY created_at DESC, run_id`,
        )
        .all(),
    );
    return rows.map(row => ({
      runId: String(row.run_id),
      crew: String(row.crew),
      createdAt: Number(row.created_at),
      status: String(row.status) as RunStatus,
      active: row.pid !== null && isAlive({ pid: Number(row.pid), start: String(row.process_start) }),
      ...summaryOf(row.summary),
    }));
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
    this.#sync.close();
  }

  #resolve(prefix: string): string {
    const rows = guarded('the journal', () =>
      this.#database
        .prepare('SELECT run_id FROM runs WHERE substr(run_id, 1, ?) = ? ORDER BY run_id LIMIT 3')
        .all(prefix.length, prefix)
        .map(row => String(row.run_id)),
    );
    const [first, ...others] = rows;
    if (first === undefined || prefix === '') {
      throw notFound(prefix);
    }
    if (others.length > 0 && first !== prefix) {
      throw new CrewError('RUN_NOT_FOUND', `\`${prefix}\` fits several runs: ${rows.join(', ')}`);
    }
    return first;
  }

  /** Inside the caller's transaction, so that of two processes exactly one gets the run. */
  #lock(runId: string): void {
    this.#refuseHeld(runId);
    const self = thisProcess();
    this.#database
      .prepare('INSERT OR REPLACE INTO locks (run_id, pid, process_start) VALUES (?, ?, ?)')
      .run(runId, self.pid, self.start);
  }
  #refuseHeld(runId: string): void {
    const holder = this.#livingHolder(runId);
    if (holder === undefined) return;
    throw new CrewError('RUN_LOCKED', `run \`${runId}\` is being worked on by process ${holder.pid}`);
  }

  #livingHolder(runId: string): ProcessIdentity | undefined {
    const row = this.#database.prepare('SELECT pid, process_start FROM locks WHERE run_id = ?').get(runId);
    if (row === undefined) return undefined;
    const holder = { pid: Number(row.pid), start: String(row.process_start) };
    return isAlive(holder) ? holder : undefined;
  }
}

/** A summary is only a help of listings: one that cannot be read is none. */
function summaryOf(text: unknown): { readonly summary?: RunSummary } {
  if (typeof text !== 'string') return {};
  try {
    return { summary: JSON.parse(text) as RunSummary };
  } catch {
    return {};
  }
}

function notFound(runId: string): CrewError {
  return new CrewError('RUN_NOT_FOUND', `no run \`${runId}\` in this journal`);
}
