import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { CrewError } from '../model/crew-error.ts';
import type { Fact } from '../model/fact.ts';
import { PROGRAM_FORMAT, type Program } from '../model/program.ts';
import type { RunTail } from '../ports/engine.ts';
import { guarded } from './sqlite-access.ts';

/** How far the facts of a run were read: the number of the last one, and its link in the chain; '' before the first. */
export interface ChainPlace {
  readonly seq: number;
  readonly hash: string;
}

/** The place before the first fact. */
export const CHAIN_START: ChainPlace = { seq: 0, hash: '' };

/** The link of a fact in the chain: sha256 over the link before it and the fact's text. Pure. */
export function chainHash(previous: string, text: string): string {
  return createHash('sha256').update(previous).update('\n').update(text).digest('hex');
}

/** The program that a run was started with. Fails with RUN_NOT_FOUND, JOURNAL_MISMATCH or JOURNAL_DAMAGED. */
export function readProgram(database: DatabaseSync, runId: string): Program {
  const row = database.prepare('SELECT program FROM runs WHERE run_id = ?').get(runId);
  if (row === undefined) throw new CrewError('RUN_NOT_FOUND', `no run \`${runId}\` in this journal`);
  const program = parse(String(row.program), `the program of run \`${runId}\``) as Program | null;
  if (program?.format === PROGRAM_FORMAT) return program;
  const message = `run \`${runId}\` has program format ${program?.format}, this version runs format ${PROGRAM_FORMAT}`;
  throw new CrewError('JOURNAL_MISMATCH', message);
}

/** The facts of a run behind a place, each held against the chain. Fails with JOURNAL_DAMAGED and the place. */
export function readFacts(
  database: DatabaseSync,
  runId: string,
  after: ChainPlace,
): { readonly facts: readonly Fact[]; readonly place: ChainPlace } {
  const rows = database
    .prepare('SELECT seq, fact, hash FROM facts WHERE run_id = ? AND seq > ? ORDER BY seq')
    .all(runId, after.seq);
  let { hash } = after;
  const facts = rows.map((row, index) => {
    const seq = after.seq + index + 1;
    const text = String(row.fact);
    hash = chainHash(hash, text);
    if (row.seq !== seq || row.hash !== hash) {
      throw new CrewError('JOURNAL_DAMAGED', `run \`${runId}\` is damaged at fact ${seq}`);
    }
    return parse(text, `fact ${seq} of run \`${runId}\``) as Fact;
  });
  return { facts, place: { seq: after.seq + facts.length, hash } };
}

/** Follows the facts of a run in an open database. */
export function openTail(database: DatabaseSync, runId: string): RunTail {
  const program = guarded(`run \`${runId}\``, () => readProgram(database, runId));
  let place = CHAIN_START;
  return {
    runId,
    program,
    more() {
      const read = guarded(`run \`${runId}\``, () => readFacts(database, runId, place));
      place = read.place;
      return read.facts;
    },
  };
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CrewError('JOURNAL_DAMAGED', `${what} is no JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
