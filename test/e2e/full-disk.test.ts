import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSqliteEngine } from '../../src/engines/sqlite.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crewProgram, type Ended, startNode } from './crew-process.ts';

const FULL_DISK = new URL('full-disk.mjs', import.meta.url).pathname;
const VISITS = 12;
/** Fewer pages than the journal has, so that it cannot grow at all. */
const NO_ROOM = 2;
const CREW = `version: 1
crew: growing
goal: Write much.
tools: { mine: { module: ./mine.mjs, tools: { note: { description: Notes a call., input: { type: object, properties: { n: { type: integer } }, required: [n] } } } } }
start: note
phases:
  note:
    tool: mine.note
    with: { n: "{{ visit }}" }
    max_visits: ${VISITS}
    next: [{ when: visit < ${VISITS}, to: note }, { to: done }]
  done: { end: success, result: "{{ note.n }}" }
`;
/** Each call leaves a line, and a result that needs room. */
const MODULE = `import { appendFileSync } from 'node:fs';
export function note({ n }) {
  appendFileSync(new URL('calls', import.meta.url), n + '\\n');
  return { n, text: 'x'.repeat(20000) };
}
`;

let folder = '';
beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'growing.crew.yaml'), CREW);
  writeFileSync(join(folder, 'mine.mjs'), MODULE);
  mkdirSync(join(folder, 'state'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const call = (args: readonly string[], pages?: number): Promise<Ended> => {
  const limit = pages === undefined ? [] : ['--import', FULL_DISK];
  const all = [...limit, crewProgram(), ...args, '--state-dir', join(folder, 'state')];
  return startNode(all, { from: folder, env: { CREW_PAGES: String(pages ?? '') } }).ended;
};
const callsMade = (): string[] => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');

test('disk full stops before anything unrecorded happens, says so, and the run goes on when there is room again', async () => {
  const first = await call(['run', 'growing.crew.yaml', '--trust', '--allow', 'mine.note'], 40);
  expect([first.code, first.stdout]).toEqual([3, '']);
  expect(first.stderr).toContain('JOURNAL_FULL');
  const engine = createSqliteEngine(join(folder, 'state', 'runs.db'));
  const [run] = engine.list();
  const facts = engine.read(run?.runId ?? '').facts;
  engine.close();
  expect(run).toMatchObject({ status: 'open', active: false });
  const recorded = facts.filter(fact => fact.type === 'tool.returned').length;
  expect(recorded).toBeGreaterThan(2);
  // The call whose outcome did not fit was made, its intent is there; nothing began after it.
  expect(callsMade()).toHaveLength(recorded + 1);
  const runId = run?.runId ?? '';
  expect(first.stderr).toContain(`crew resume ${runId}`);
  const still = await call(['resume', runId], NO_ROOM);
  expect([still.code, still.stderr.includes('JOURNAL_FULL')]).toEqual([3, true]);
  expect(callsMade()).toHaveLength(recorded + 1);
  const asked = await call(['resume', runId]);
  expect([asked.code, asked.stderr.includes('EFFECT_UNCERTAIN')]).toEqual([5, true]);
  const answered = await call(['answer', runId, 'done', JSON.stringify({ n: recorded + 1 })]);
  expect([answered.code, answered.stdout], answered.stderr).toEqual([0, `${VISITS}\n`]);
  expect(callsMade()).toEqual(Array.from({ length: VISITS }, (_, index) => String(index + 1)));
});

test('a disk that is full from the start leaves no run behind', async () => {
  const ended = await call(['run', 'growing.crew.yaml', '--trust', '--allow', 'mine.note'], 2);
  expect([ended.code, ended.stderr.includes('JOURNAL_FULL')], ended.stderr).toEqual([3, true]);
  expect(() => statSync(join(folder, 'calls'))).toThrow('ENOENT');
});
