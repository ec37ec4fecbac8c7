import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';

const EXAMPLE = new URL('../../examples/03-routes-and-loops', import.meta.url).pathname;
let folder: string;
const call = (...args: readonly string[]): Promise<Ended> => crew(args, { from: folder });
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const tests = (rows: string, file = 'haiku.crew.yaml') => `version: 1\ncrew: ${file}\ntests:\n${rows}\n`;

beforeEach(() => {
  folder = makeFolder();
  cpSync(EXAMPLE, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const problemsOf = async (...args: readonly string[]) => {
  const { stdout, stderr } = await call('test', '--json', ...args);
  expect(stderr).toBe('');
  const document = JSON.parse(stdout) as { results: readonly { problems: readonly string[] }[] };
  return document.results.flatMap(({ problems }) => problems);
};

test('tests below the folder are found and run, and leave nothing behind', async () => {
  mkdirSync(join(folder, 'deep/node_modules'), { recursive: true });
  write('deep/node_modules/other.crewtest.yaml', 'nonsense');
  write(
    'deep/haiku.crewtest.yaml',
    tests(
      '  refused: { replies: ../refused.replies.yaml, expect: { outcome: failure } }',
      '../haiku.crew.yaml',
    ),
  );
  write(
    'a.crewtest.yaml',
    tests(
      '  approved: { replies: approved.replies.yaml, expect: { path: [write, review, write, review, done] } }',
    ),
  );
  const ended = await call('test');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(
    /^a\.crewtest\.yaml\n {2}✓ approved .*\ndeep\/haiku\.crewtest\.yaml\n {2}✓ refused .*\n2 tests: 2 passed in /,
  );
  expect(readdirSync(join(folder, '.crew'))).toEqual(['.gitignore']);
});

test('a failed test says what was expected and found, and exits with 1', async () => {
  write(
    'a.crewtest.yaml',
    tests('  approved: { replies: approved.replies.yaml, expect: { path: [write, done], max_calls: 3 } }'),
  );
  const ended = await call('test', '--junit', 'out.xml');
  expect(ended.code).toBe(1);
  expect(ended.stdout).toContain(
    'path: expected write → done\n            found    write → review → write → review → done',
  );
  expect(ended.stdout).toContain('expected at most 3 model calls, found 4');
  expect(readFileSync(join(folder, 'out.xml'), 'utf8')).toContain('tests="1" failures="1"');
});

test('a recording is a test, and fails with the words that differ and the line behind them', async () => {
  await call('run', 'haiku.crew.yaml', '--model', 'script:approved.replies.yaml', '--record', 'a.jsonl');
  write(
    'a.crewtest.yaml',
    tests(
      '  recorded: { cassette: a.jsonl, expect: { result: "Yellow leaves let go\\none by one the branches learn\\nhow light winter is" } }',
    ),
  );
  expect((await call('test')).code).toBe(0);
  const text = readFileSync(join(folder, 'haiku.crew.yaml'), 'utf8');
  write('haiku.crew.yaml', text.replace('Judge this haiku', 'Judge this poem'));
  const ended = await call('test');
  expect(ended.code).toBe(1);
  expect(ended.stdout).toContain('--> haiku.crew.yaml:');
  expect(ended.stdout).toContain('- Judge this haiku:');
});

const PEOPLE = `version: 1
crew: people
goal: Ask.
tools: { files: builtin:files, git: builtin:git, change: builtin:change }
budget: { calls: 5 }
start: approve
phases:
  approve:
    human: Go?
    choices: [release, stop]
    max_visits: 3
    on_limit: stopped
    next:
      - { when: approve.choice == "release", to: read }
      - { to: approve }
  read: { tool: files.read, with: { path: a.txt }, next: log }
  log: { tool: git.log, with: { range: HEAD }, on_error: stopped, next: done }
  done: { end: success, result: "{{ log.commits.size }}" }
  stopped: { end: failure, result: "{{ run.error.code }}" }
`;

test('people answer in turn, and a workspace may be a repository with one commit', async () => {
  mkdirSync(join(folder, 'sample'));
  write('sample/a.txt', 'hello');
  write('people.crew.yaml', PEOPLE);
  const rows = [
    '  released: { answers: { approve: [stop, release] }, workspace: { files: sample, git: true }, expect: { path: [approve, approve, read, log, done], result: 1 } }',
    '  nobody: { expect: { waits: approve } }',
    '  other: { expect: { waits: read } }',
    '  no repository: { answers: { approve: release }, workspace: sample, expect: { outcome: failure, result: NOT_A_REPOSITORY } }',
    '  no answer: { answers: { approve: perhaps } }',
  ];
  write('people.crewtest.yaml', tests(rows.join('\n'), 'people.crew.yaml'));
  expect(await problemsOf()).toEqual([
    'waits: expected `read`, found `approve`',
    expect.stringContaining('INPUT_INVALID: `answers.approve`: `perhaps` is no answer'),
  ]);
  expect(existsSync(join(folder, '.crew/tests'))).toBe(false);
});

test.each([
  [
    'a.crewtest.yaml',
    'version: 1\ncrew: haiku.crew.yaml\ntests:\n  x: { replys: a }\n',
    'a.crewtest.yaml:4:8',
  ],
  ['a.crewtest.yaml', tests('  x: { replies: a, model: offline }'), 'idle-setting'],
  ['a.crewtest.yaml', tests('  x: { expect: { assert: ["a =="] } }'), 'template-syntax'],
  ['a.crewtest.yaml', tests('  x: { expect: { error: TOOL_FALED } }'), 'did you mean `TOOL_FAILED`?'],
  ['a.crewtest.yaml', tests('  x: {}', 'none.crew.yaml'), 'there is no crew file `none.crew.yaml`'],
  ['haiku.crew.yaml', 'version: 1\ncrew: x\n', 'CREW_INVALID'],
])('what is wrong with %s stops all tests: %j', async (file, text, message) => {
  write('a.crewtest.yaml', tests('  x: {}'));
  write(file, text);
  const ended = await call('test');
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(message);
  expect(ended.stdout).toBe('');
});

test('where there is no test, that is said', async () => {
  const ended = await call('test');
  expect([ended.code, ended.stderr]).toEqual([
    2,
    expect.stringContaining('there is no `*.crewtest.yaml` in or below .'),
  ]);
});

test('crew check finds the mistakes of tests, too', async () => {
  write('a.crewtest.yaml', tests('  x: { replys: a }'));
  const ended = await call('check', 'a.crewtest.yaml');
  expect([ended.code, ended.stdout]).toEqual([2, expect.stringContaining('did you mean `replies`?')]);
});
