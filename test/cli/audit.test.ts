import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { haiku, makePlace, type Place } from './recorded-crews.ts';

let place: Place;
let id: string;
let other: string;
beforeEach(async () => {
  place = makePlace();
  other = await place.run('sign.crew.yaml');
  id = await place.run(...haiku('kind'));
});
afterEach(() => rmSync(place.folder, { recursive: true, force: true }));

test('what is as it was written is verified, one run or all, and nothing is changed', async () => {
  const all = await place.call('audit', 'verify');
  expect([all.code, all.stdout, all.stderr]).toEqual([
    0,
    `ok       ${id}  6 facts  haiku\nok       ${other}  2 facts  sign\n`,
    '2 runs checked, none damaged\n',
  ]);
  const one = JSON.parse((await place.call('audit', 'verify', id.slice(0, 8), '--json')).stdout);
  expect(one).toEqual({ version: 1, ok: true, runs: [{ runId: id, crew: 'haiku', facts: 6 }] });
});

const DAMAGE: readonly (readonly [string, string, string])[] = [
  [
    'a changed fact',
    `UPDATE facts SET fact = replace(fact, 'false', 'true') WHERE seq = 4`,
    'damaged at fact 4',
  ],
  ['a missing fact', 'DELETE FROM facts WHERE seq = 3', 'damaged at fact 3'],
  ['a fact that was put in', `INSERT INTO facts VALUES (RUN, 7, NULL, '{}', 'x')`, 'damaged at fact 7'],
  ['a changed hash', `UPDATE facts SET hash = 'x' WHERE seq = 1`, 'damaged at fact 1'],
  ['facts that were cut off', 'DELETE FROM facts WHERE seq > 5', 'after fact 5 they come to no end'],
  ['no facts at all', 'DELETE FROM facts', 'damaged at fact 1'],
  [
    'a changed program',
    `UPDATE runs SET program = replace(program, 'Judge: ', 'Praise: ')`,
    'the program has the hash',
  ],
  ['a program that is none', `UPDATE runs SET program = '{"format":1}'`, 'damaged at fact 1'],
  ['a program that is no JSON', `UPDATE runs SET program = '{'`, 'is no JSON'],
  [
    'another end',
    `UPDATE runs SET status = 'failure'`,
    'the run was left in failure; after fact 6 they end in success',
  ],
];

test.each(DAMAGE)('%s is found, with its place, and exits with 3', async (_name, sql, said) => {
  const where = sql.startsWith('INSERT')
    ? ''
    : `${sql.includes('WHERE') ? ' AND' : ' WHERE'} run_id = '${id}'`;
  place.tamper(sql.replace('RUN', `'${id}'`) + where);
  const { code, stdout, stderr } = await place.call('audit', 'verify');
  expect(code).toBe(3);
  expect(stdout).toMatch(new RegExp(`^damaged {2}${id} {2}JOURNAL_DAMAGED `));
  expect(stdout).toContain(said);
  expect(stdout).toContain(`\nok       ${other}`);
  expect(stderr).toBe('2 runs checked, 1 damaged\n');
  expect((await place.call('audit', 'verify', other)).code).toBe(0);
});

test('a chain that was made anew around a fact that does not fit is found by the fold', async () => {
  place.tamper('DELETE FROM facts');
  const { createHash } = await import('node:crypto');
  const fact = JSON.stringify({ type: 'run.resumed', at: 1 });
  const hash = createHash('sha256').update('').update('\n').update(fact).digest('hex');
  place.tamper(`INSERT INTO facts VALUES ('${id}', 1, NULL, '${fact}', '${hash}')`);
  const { code, stdout } = await place.call('audit', 'verify', id);
  expect([code, stdout]).toEqual([3, expect.stringContaining('damaged at fact 1: it does not fit')]);
});

test('what is asked for must be there', async () => {
  for (const [args, code, said] of [
    [['audit'], 2, 'crew audit verify'],
    [['audit', 'show'], 2, 'there is no command `audit show`'],
    [['audit', 'verify', 'zzz'], 2, 'no run `zzz`'],
  ] as const) {
    const ended = await place.call(...args);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toContain(said);
  }
});
