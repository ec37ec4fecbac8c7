import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';

const EXAMPLE = new URL('../../examples/01-hello-role', import.meta.url).pathname;
const SECRET = 'planted-0123456789-secret';
let folder: string;
const path = (name: string) => join(folder, name);
const run = (...args: readonly string[]): Promise<Ended> =>
  crew(['run', 'hello.crew.yaml', ...args], { from: folder, env: { MY_TOKEN: SECRET } });
const edit = (change: (text: string) => string, name = 'hello.crew.yaml') =>
  writeFileSync(path(name), change(readFileSync(path(name), 'utf8')));

beforeEach(() => {
  folder = makeFolder();
  cpSync(EXAMPLE, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = (...args: readonly string[]) =>
  run('--model', 'script:replies.yaml', '--record', 'a.jsonl', '--output', 'ndjson', ...args);

test('a recorded run is replayed without models, workspace or journal, byte for byte', async () => {
  const live = await record();
  expect(live.code).toBe(0);
  for (const gone of ['replies.yaml', '.crew']) rmSync(path(gone), { recursive: true });
  const again = await run('--replay', 'a.jsonl', '--output', 'ndjson');
  expect(again).toMatchObject({ code: 0, stdout: live.stdout });
  expect(existsSync(path('.crew'))).toBe(false);
  expect((await run('--replay', 'a.jsonl', '-q')).stdout).toBe('Hello Ada, it is good to see you!\n');
  expect(JSON.parse((await run('--replay', 'a.jsonl', '--json')).stdout)).toMatchObject({
    outcome: 'success',
  });
});

test('a prompt that has changed is a miss: exit 6, the words and the line behind them', async () => {
  await record();
  edit(text => text.replace('in one sentence', 'in two sentences'));
  const miss = await run('--replay', 'a.jsonl');
  expect(miss.code).toBe(6);
  expect(miss.stderr).toContain(
    'error[REPLAY_MISMATCH]: `a.jsonl`: after fact 1 `host` in `greet` (turn 1) is sent another',
  );
  expect(miss.stderr).toContain('  --> hello.crew.yaml:19:11\n');
  expect(miss.stderr).toContain('- Greet you in one sentence.\n     + Greet you in two sentences.\n');
});

test('what a role is told of itself is a miss at its goal', async () => {
  await record();
  edit(text => text.replace('warmly and briefly', 'coldly'));
  expect((await run('--replay', 'a.jsonl')).stderr).toContain('  --> hello.crew.yaml:11:11\n');
});

test('a changed result or comment is no miss, and the new result is shown', async () => {
  await record();
  edit(text => `${text.replace('result: "{{ greet }}"', 'result: "So: {{ greet }}"')}# a comment\n`);
  expect(await run('--replay', 'a.jsonl', '-q')).toMatchObject({
    code: 0,
    stdout: 'So: Hello Ada, it is good to see you!\n',
  });
});

test('no secret of the environment is in a recording', async () => {
  edit(text => text.replace('it is good', `${SECRET} is good`), 'replies.yaml');
  const live = await record('-i', `name=${SECRET}`);
  expect(live.stdout).toContain(SECRET);
  const text = readFileSync(path('a.jsonl'), 'utf8');
  expect(text).not.toContain(SECRET);
  expect(text).toContain('[scrubbed]');
  expect(await run('--replay', 'a.jsonl', '-q')).toMatchObject({
    code: 0,
    stdout: 'Hello Ada, [scrubbed] to see you!\n'.replace('[scrubbed]', '[scrubbed] is good'),
  });
});

test('a run that failed or waits is left by its replay with the same exit code', async () => {
  edit(
    () => `version: 1\nreplies:\n  - { phase: greet, failure: { code: PROVIDER_AUTH, message: no } }\n`,
    'replies.yaml',
  );
  expect((await record()).code).toBe(3);
  expect((await run('--replay', 'a.jsonl')).code).toBe(3);
});

test.each([
  [['--replay', 'a.jsonl', '-i', 'name=x'], 2, '`--input`'],
  [['--replay', 'a.jsonl', '--model', 'offline'], 2, '`--model`'],
  [['--replay', 'none.jsonl'], 2, 'there is no file `none.jsonl`'],
  [['--replay', 'replies.yaml'], 2, 'RUN_FILE_INVALID'],
  [['--record', 'none/a.jsonl'], 3, '`--record none/a.jsonl`: there is no folder'],
])('%j is refused before anything runs', async (args, code, message) => {
  const ended = await run(...args);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(message);
});
