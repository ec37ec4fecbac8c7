import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createSqliteEngine } from '../../src/engines/sqlite.ts';
import { PROGRAM_FORMAT } from '../../src/model/program.ts';
import { engineContract } from '../contracts/engine.ts';
import { engineSignalsContract } from '../contracts/engine-signals.ts';
import { engineUnreachedContract } from '../contracts/engine-unreached.ts';

function makePlace() {
  const folder = mkdtempSync(join(tmpdir(), 'crewfile-sqlite-'));
  const path = join(folder, 'state', 'runs.db');
  return {
    path,
    open: () => createSqliteEngine(path),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

engineContract('sqlite', makePlace);
engineSignalsContract('sqlite', makePlace);
engineUnreachedContract('sqlite', makePlace);

/** A finished run of two facts, then something done to the file behind the engine's back. */
async function tampered(statement: string): Promise<unknown> {
  const place = makePlace();
  try {
    const engine = place.open();
    const program = { format: PROGRAM_FORMAT, crew: 'demo' } as never;
    const journal = engine.create('r1', program, 1);
    for (const at of [1, 2, 3]) journal.append({ type: 'run.resumed', at });
    journal.close();
    engine.close();
    const database = new DatabaseSync(place.path);
    database.exec(statement);
    database.close();
    place.open().open('r1');
    return 'opened';
  } catch (error) {
    return error;
  } finally {
    place.remove();
  }
}

test('a changed fact, a removed fact and a changed order are refused with the place', async () => {
  const changed = await tampered(`UPDATE facts SET fact = '{"type":"run.resumed","at":9}' WHERE seq = 2`);
  expect(changed).toMatchObject({ code: 'JOURNAL_DAMAGED', message: 'run `r1` is damaged at fact 2' });
  const removed = await tampered('DELETE FROM facts WHERE seq = 2');
  expect(removed).toMatchObject({ code: 'JOURNAL_DAMAGED', message: 'run `r1` is damaged at fact 2' });
  expect(await tampered('DELETE FROM facts WHERE seq = 3')).toBe('opened');
});

test('an act that must not be repeated, and was withdrawn before it began, is in no doubt', async () => {
  const place = makePlace();
  try {
    const engine = place.open();
    const pay = { key: 'pay', repeatable: false };
    let journal = engine.create('r1', { format: PROGRAM_FORMAT, crew: 'demo' } as never, 1);
    for (const leave of [() => journal.cancel('pay'), () => journal.close()]) {
      journal.record(pay, () => Promise.reject(new Error('it began')));
      void journal.next().catch(() => undefined);
      leave();
    }
    journal = engine.open('r1');
    journal.record(pay, async () => ({ type: 'tool.returned', at: 1, key: 'pay', ms: 1, value: 'done' }));
    expect(await journal.next()).toMatchObject({ fact: { value: 'done' } });
    engine.close();
  } finally {
    place.remove();
  }
});

test('R7: a program of another format is refused', async () => {
  const outcome = await tampered(`UPDATE runs SET program = '{"format":99}'`);
  expect(outcome).toMatchObject({ code: 'JOURNAL_MISMATCH' });
});

test('the lock of a process that is gone, or whose number was given to another, does not count', async () => {
  expect(await tampered(`INSERT INTO locks VALUES ('r1', 999999999, '1')`)).toBe('opened');
  expect(await tampered(`INSERT INTO locks VALUES ('r1', ${process.pid}, 'another start time')`)).toBe(
    'opened',
  );
});

test('a file that is no journal is refused and left as it is', () => {
  const place = makePlace();
  const folder = join(place.path, '..', '..');
  const path = join(folder, 'runs.db');
  writeFileSync(
    path,
    'this is a text file, not a database, and it is long enough to be looked at\n'.repeat(20),
  );
  expect(() => createSqliteEngine(path)).toThrow(expect.objectContaining({ code: 'JOURNAL_DAMAGED' }));
  expect(() => createSqliteEngine(join(path, 'inside-a-file', 'runs.db'))).toThrow(
    expect.objectContaining({ code: 'JOURNAL_UNAVAILABLE' }),
  );
  place.remove();
});

/** A journal as version 1 of the layout left it: without a table of answers. */
async function asLayoutOne(path: string, more = ''): Promise<void> {
  const engine = createSqliteEngine(path);
  const journal = engine.create('r1', { format: PROGRAM_FORMAT, crew: 'demo' } as never, 1);
  journal.append({ type: 'run.resumed', at: 1 });
  journal.close();
  engine.close();
  const database = new DatabaseSync(path);
  database.exec(
    `DROP TABLE answers; DROP TABLE signals; ALTER TABLE runs DROP COLUMN summary; PRAGMA user_version = 1; ${more}`,
  );
  database.close();
}

test('a journal of layout 1 is brought to this one, with all that is in it', async () => {
  const place = makePlace();
  try {
    await asLayoutOne(place.path);
    const engine = place.open();
    expect(engine.read('r1').facts).toEqual([{ type: 'run.resumed', at: 1 }]);
    expect(engine.answer('r1', 'q', { choice: 'yes', text: null, by: 'ann' })).toBe(true);
    engine.close();
    const again = place.open();
    const journal = again.open('r1');
    expect(journal.answerTo('q')).toEqual({ choice: 'yes', text: null, by: 'ann' });
    journal.close();
    again.close();
  } finally {
    place.remove();
  }
});

test('two processes that bring the same journal to this layout do not get in their way', async () => {
  const place = makePlace();
  try {
    await asLayoutOne(place.path);
    const engines = [place.open(), place.open()];
    expect(engines.map(engine => engine.list().length)).toEqual([1, 1]);
    for (const engine of engines) engine.close();
  } finally {
    place.remove();
  }
});

test('a layout that cannot be brought here is refused and left as it is', async () => {
  const place = makePlace();
  try {
    await asLayoutOne(place.path, 'PRAGMA user_version = 99;');
    expect(() => place.open()).toThrow(expect.objectContaining({ code: 'JOURNAL_MISMATCH' }));
    const database = new DatabaseSync(place.path);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    database.close();
  } finally {
    place.remove();
  }
});

test('whoever follows a run is told of damage with the place, and never of the facts behind it', async () => {
  const place = makePlace();
  try {
    const engine = place.open();
    const journal = engine.create('r1', { format: PROGRAM_FORMAT, crew: 'demo' } as never, 1);
    for (const at of [1, 2, 3]) journal.append({ type: 'run.resumed', at });
    const tail = engine.follow('r1');
    expect(tail.more()).toHaveLength(3);
    journal.append({ type: 'run.resumed', at: 4 });
    journal.close();
    const database = new DatabaseSync(place.path);
    database.exec(`UPDATE facts SET hash = 'x' WHERE seq = 4`);
    const damaged = expect.objectContaining({
      code: 'JOURNAL_DAMAGED',
      message: 'run `r1` is damaged at fact 4',
    });
    expect(() => tail.more()).toThrow(damaged);
    expect(() => engine.follow('r1').more()).toThrow(damaged);
    database.exec(`UPDATE runs SET program = '{not json'`);
    expect(() => engine.follow('r1')).toThrow(expect.objectContaining({ code: 'JOURNAL_DAMAGED' }));
    expect(() => engine.read('r1')).toThrow(expect.objectContaining({ code: 'JOURNAL_DAMAGED' }));
    expect(engine.list().map(run => run.runId)).toEqual(['r1']);
    database.close();
    engine.close();
  } finally {
    place.remove();
  }
});

test('compacting makes the file smaller once runs were taken away', () => {
  const place = makePlace();
  try {
    const engine = place.open();
    const journal = engine.create('r1', { format: PROGRAM_FORMAT, crew: 'demo' } as never, 1);
    journal.append({ type: 'tool.returned', at: 1, key: 'a', ms: 1, value: 'x'.repeat(2_000_000) });
    journal.close();
    engine.compact();
    const full = statSync(place.path).size;
    engine.remove('r1');
    expect(engine.compact()).toBe(true);
    expect(statSync(place.path).size).toBeLessThan(full / 10);
    engine.close();
  } finally {
    place.remove();
  }
});

test('whoever only reads does not wait for one who writes', () => {
  const place = makePlace();
  try {
    const engine = place.open();
    engine.create('r1', { format: PROGRAM_FORMAT, crew: 'demo' } as never, 1).close();
    const writer = new DatabaseSync(place.path);
    writer.exec('BEGIN IMMEDIATE');
    const reader = place.open();
    expect(reader.list().map(run => run.runId)).toEqual(['r1']);
    expect(reader.read('r1').facts).toEqual([]);
    expect(reader.follow('r1').more()).toEqual([]);
    expect(reader.holderOf('r1')).toBeUndefined();
    reader.close();
    writer.exec('ROLLBACK');
    writer.close();
    engine.close();
  } finally {
    place.remove();
  }
});

test('the lock of a process that has ended and that nobody has buried does not count', async context => {
  if (!existsSync('/proc/self/stat')) return context.skip('there is no /proc here');
  // The shell becomes a program that never looks after the child it had.
  const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60']);
  try {
    const pid = await new Promise<number>(resolve =>
      shell.stdout.once('data', text => resolve(Number(text))),
    );
    const fields = () => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    };
    while (fields()[0] !== 'Z') await new Promise(resolve => setTimeout(resolve, 5));
    expect(await tampered(`INSERT INTO locks VALUES ('r1', ${pid}, '${fields()[19]}')`)).toBe('opened');
  } finally {
    shell.kill('SIGKILL');
  }
});
