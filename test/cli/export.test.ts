import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';
import { haiku, makePlace, type Place } from './recorded-crews.ts';

let place: Place;
let other: Place;
let kind: string;
let waiting: string;
beforeAll(async () => {
  place = makePlace();
  other = makePlace();
  kind = await place.run(...haiku('kind'));
  waiting = await place.run('sign.crew.yaml');
});
afterAll(() => {
  for (const { folder } of [place, other]) rmSync(folder, { recursive: true, force: true });
});

/** Exports a run into a file of the other place. */
async function moved(id: string, name: string): Promise<string> {
  const path = join(other.folder, name);
  const { code, stdout, stderr } = await place.call('export', id, '-o', path);
  expect([code, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/^wrote run \w+, \d+ facts, to /);
  return path;
}

test('a run that was exported and imported tells the same events and has the same record', async () => {
  await moved(kind, 'kind.run');
  const taken = await other.call('import', 'kind.run');
  expect([taken.code, taken.stdout]).toEqual([0, `${kind}\n`]);
  expect(taken.stderr).toContain(`crew show ${kind}`);
  const [here, there] = await Promise.all(
    [place, other].map(({ call }) => call('logs', kind, '--output', 'ndjson')),
  );
  expect(there?.stdout).toBe(here?.stdout);
  expect((await other.call('show', kind, '--json')).stdout).toBe(
    (await place.call('show', kind, '--json')).stdout,
  );
  expect((await other.call('audit', 'verify', kind)).code).toBe(0);
  const { runs } = JSON.parse((await other.call('ps', '--json')).stdout);
  expect(runs).toEqual(JSON.parse((await place.call('ps', '--json')).stdout).runs.slice(1));
  expect((await other.call('resume', kind, '-q')).stdout).toBe('Leaves let go\nand drift\n');
});

test('an id that is there already is refused, and nothing is changed', async () => {
  await moved(kind, 'again.run');
  const { code, stdout, stderr } = await place.call('import', join(other.folder, 'again.run'));
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`run \`${kind}\` is in this journal already`);
  expect((await place.call('audit', 'verify')).code).toBe(0);
});

test('a run that waits goes on where it was imported', async () => {
  await moved(waiting, 'waiting.run');
  const json = JSON.parse((await other.call('import', 'waiting.run', '--json')).stdout);
  expect(json).toEqual({ version: 1, runId: waiting, crew: 'sign', facts: 2 });
  expect((await other.call('ps')).stdout).toContain('PERSON_NEEDED');
  const answered = await other.call('answer', waiting, 'release');
  expect([answered.code, answered.stdout]).toEqual([0, 'release\n']);
  expect((await place.call('show', waiting, '--json')).stdout).toContain('"waiting"');
});

test('stdout and JSON carry the same lines, and secrets are in none of them', async () => {
  const secret = 'sk-canary-7f3a9c1b5d2e';
  const run = ['run', ...haiku('kind'), '-i', `topic=${secret}`];
  const env = { OPENAI_API_KEY: secret };
  const id = /· run (\w+) ·/.exec((await crew(run, { from: place.folder, env })).stderr)?.[1] ?? '';
  const lines = (await crew(['export', id], { from: place.folder, env })).stdout;
  expect(lines.split('\n')).toHaveLength(8);
  expect(lines).not.toContain(secret);
  const { header, facts } = JSON.parse(
    (await crew(['export', id, '--json'], { from: place.folder, env })).stdout,
  );
  expect([header, ...facts].map(line => `${JSON.stringify(line)}\n`).join('')).toBe(lines);
  writeFileSync(join(other.folder, 'scrubbed.run'), lines);
  expect((await other.call('import', 'scrubbed.run')).code).toBe(0);
  expect((await other.call('show', id, '--json')).stdout).not.toContain(secret);
});

const edits: readonly (readonly [string, (lines: string[]) => void, string])[] = [
  ['a fact that does not fit', lines => lines.splice(2, 0, '{"type":"run.started"}'), 'line 3'],
  [
    'a fact of another run',
    lines => void lines.splice(1, 1, (lines[1] ?? '').replace(/"runId":"\w+"/, '"runId":"x"')),
    'line 2: it is of run `x`',
  ],
  [
    'an id that is a path',
    lines => void lines.splice(0, 1, (lines[0] ?? '').replace(/"runId":"\w+"/, '"runId":"../x"')),
    'line 1: `../x` cannot be',
  ],
  ['lines that are missing', lines => void lines.splice(4, 1), 'cut off'],
  [
    'a changed program',
    lines => void lines.splice(0, 1, (lines[0] ?? '').replace('Judge', 'Praise')),
    'line 1',
  ],
];

test.each(edits)('%s is refused with its line, and nothing is taken', async (_name, edit, said) => {
  const path = await moved(kind, 'edited.run');
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  edit(lines);
  writeFileSync(path, lines.join('\n'));
  const fresh = ['--state-dir', join(other.folder, 'fresh')];
  const { code, stdout, stderr } = await other.call('import', 'edited.run', ...fresh);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('error[RUN_FILE_INVALID]: `edited.run` ');
  expect(stderr).toContain(said);
  expect((await other.call('ps', ...fresh)).stdout).toBe('');
});

test('what is not there is said', async () => {
  for (const [args, code, said] of [
    [['export', 'zzz'], 2, 'no run `zzz`'],
    [['export'], 2, '`crew ps` lists them'],
    [['export', kind, '-o', 'nope/x.run'], 3, 'FILE_UNWRITABLE'],
    [['import', 'nope.run'], 2, 'there is no file `nope.run`'],
    [['import', 'haiku.crew.yaml'], 2, 'RUN_FILE_INVALID'],
  ] as const) {
    const ended = await place.call(...args);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toContain(said);
  }
});
