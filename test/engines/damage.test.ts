import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSqliteEngine } from '../../src/engines/sqlite.ts';
import { CrewError } from '../../src/model/crew-error.ts';
import type { Fact } from '../../src/model/fact.ts';
import { PROGRAM_FORMAT, type Program } from '../../src/model/program.ts';
import { fc } from '../laws.ts';

const PROGRAM = { format: PROGRAM_FORMAT, crew: 'demo' } as unknown as Program;
const FACTS = 60;

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crewfile-damage-'));
  path = join(folder, 'runs.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fact = (at: number): Fact => ({
  type: 'run.resumed',
  at,
  grants: [`grant ${at} ${'x'.repeat(at * 3)}`],
});

/** A journal whose layout is in the file and whose facts are only in its log, as a crash leaves them. */
async function crashed(to: string): Promise<readonly Fact[]> {
  createSqliteEngine(path).close();
  const engine = createSqliteEngine(path);
  const journal = engine.create('r1', PROGRAM, 1, [fact(0)]);
  const facts = [fact(0)];
  await journal.next();
  // The process that held the lock is gone.
  const other = new DatabaseSync(path);
  other.exec('DELETE FROM locks');
  other.close();
  for (let at = 1; at < FACTS; at += 1) {
    facts.push(fact(at));
    journal.append(fact(at));
    await journal.next();
  }
  copyFileSync(path, to);
  copyFileSync(`${path}-wal`, `${to}-wal`);
  journal.close();
  engine.close();
  return facts;
}

function readFacts(from: string): readonly Fact[] {
  const engine = createSqliteEngine(from);
  try {
    return engine.read('r1').facts;
  } finally {
    engine.close();
  }
}

test('a torn journal tail is dropped: wherever the log was cut off, what is before it is read and can be gone on with', async () => {
  const whole = join(folder, 'whole.db');
  const facts = await crashed(whole);
  const { size } = statSync(`${whole}-wal`);
  expect(readFacts(copyOf(whole, 'all'))).toEqual(facts);
  let before = 0;
  for (let cut = Math.floor(size / 8); cut < size; cut += Math.floor(size / 37)) {
    const torn = copyOf(whole, `torn-${cut}`);
    truncateSync(`${torn}-wal`, cut);
    const kept = readFacts(torn);
    expect(kept).toEqual(facts.slice(0, kept.length));
    expect(kept.length).toBeGreaterThanOrEqual(before);
    before = kept.length;
    const engine = createSqliteEngine(torn);
    const journal = engine.open('r1');
    journal.append(fact(1000));
    for (let index = 0; index <= kept.length; index += 1) await journal.next();
    journal.close();
    engine.close();
    expect(readFacts(torn)).toEqual([...kept, fact(1000)]);
  }
  expect(before).toBeGreaterThan(FACTS / 2);
});

function copyOf(from: string, name: string): string {
  const to = join(folder, `${name}.db`);
  copyFileSync(from, to);
  copyFileSync(`${from}-wal`, `${to}-wal`);
  return to;
}

test('any other damage is refused with its place: one wrong byte anywhere in the file is never read as something else', async () => {
  const whole = join(folder, 'whole.db');
  const facts = await crashed(whole);
  // Opening and closing brings the log into the file.
  createSqliteEngine(whole).close();
  const bytes = readFileSync(whole);
  const seen = { refused: 0, untouched: 0, shortened: 0 };
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const damaged = Buffer.from(bytes);
      damaged[place] = (damaged[place] ?? 0) ^ change;
      const file = join(folder, 'damaged.db');
      for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      writeFileSync(file, damaged);
      try {
        const read = createSqliteEngine(file);
        try {
          const run = read.read('r1');
          // A chain of hashes cannot tell that its end was taken away.
          expect(run.facts).toEqual(facts.slice(0, run.facts.length));
          if (run.facts.length < facts.length) seen.shortened += 1;
          // A program has a hash of its own, which whoever runs it checks.
          expect(run.runId).toBe('r1');
        } finally {
          read.close();
        }
        seen.untouched += 1;
      } catch (error) {
        if (!(error instanceof CrewError)) throw error;
        expect(['JOURNAL_DAMAGED', 'JOURNAL_MISMATCH', 'JOURNAL_UNAVAILABLE', 'RUN_NOT_FOUND']).toContain(
          error.code,
        );
        seen.refused += 1;
      }
    }),
    { numRuns: 300 },
  );
  expect(Math.min(seen.refused, seen.untouched)).toBeGreaterThan(10);
  expect(seen.shortened).toBeLessThan(30);
});

test('a fact in the middle that was changed in the file is refused with its number, and nothing is changed by reading', async () => {
  const whole = join(folder, 'whole.db');
  await crashed(whole);
  const database = new DatabaseSync(whole);
  database.exec(`UPDATE facts SET fact = replace(fact, 'grant 31', 'grant 99') WHERE seq = 32`);
  database.close();
  const before = readFileSync(whole);
  expect(() => readFacts(whole)).toThrow(
    expect.objectContaining({ code: 'JOURNAL_DAMAGED', message: 'run `r1` is damaged at fact 32' }),
  );
  expect(readFileSync(whole).equals(before)).toBe(true);
});

test('a program that is no JSON any more is damage', async () => {
  const whole = join(folder, 'whole.db');
  await crashed(whole);
  const database = new DatabaseSync(whole);
  database.exec(`UPDATE runs SET program = substr(program, 1, 9)`);
  database.close();
  expect(() => readFacts(whole)).toThrow(
    expect.objectContaining({
      code: 'JOURNAL_DAMAGED',
      message: expect.stringContaining('the program of run `r1`'),
    }),
  );
});
