import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';

const EXAMPLE = new URL('../../examples/03-routes-and-loops', import.meta.url).pathname;
let folder: string;
let runId: string;
const call = (...args: readonly string[]): Promise<Ended> => crew(args, { from: folder });
const fork = (...args: readonly string[]) => call('fork', runId.slice(0, 8), ...args);
const document = async (...args: readonly string[]) =>
  JSON.parse((await fork('--no-resume', '--json', ...args)).stdout);

beforeEach(async () => {
  folder = makeFolder();
  cpSync(EXAMPLE, folder, { recursive: true });
  const ended = await call('run', 'haiku.crew.yaml', '--model', 'script:refused.replies.yaml', '--json');
  expect(ended.code).toBe(1);
  runId = JSON.parse(ended.stdout).runId;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function edited(change: (text: string) => string): string {
  writeFileSync(
    join(folder, 'edited.crew.yaml'),
    change(readFileSync(join(folder, 'haiku.crew.yaml'), 'utf8')),
  );
  return 'edited.crew.yaml';
}

test('a fork goes on from any point with another model, and calls only what is new', async () => {
  const forked = await fork('--at', '3', '--model', 'script:approved.replies.yaml', '--json');
  expect(forked.code).toBe(0);
  expect(forked.stderr).toContain(`keeps the first 3 of 7 facts of run ${runId}`);
  expect(JSON.parse(forked.stdout)).toMatchObject({
    outcome: 'success',
    result: expect.stringContaining('Yellow leaves'),
    spend: { calls: 4 },
  });
  const before = await call('resume', runId, '--json');
  expect(JSON.parse(before.stdout)).toMatchObject({ runId, outcome: 'failure', spend: { calls: 6 } });
});

test('a fork of every point is a run of its own that comes to the same end', async () => {
  for (const at of ['1', '2', '4', '6', '7']) {
    const forked = await fork('--at', at, '--json');
    expect(JSON.parse(forked.stdout)).toMatchObject({ outcome: 'failure', spend: { calls: 6 } });
    expect(JSON.parse(forked.stdout).runId).not.toBe(runId);
  }
});

test('an edited crew keeps the facts that fit it, and says where it parts', async () => {
  const file = edited(text => text.replace('Judge this haiku', 'Judge this poem'));
  expect(await document('--crew', file)).toMatchObject({
    forkedFrom: runId,
    kept: 2,
    asked: 7,
    stopped: {
      seq: 2,
      now: 'review:1:1/model-1',
      place: { file: 'edited.crew.yaml', line: 26 },
      diff: expect.stringContaining('+ Judge this poem:'),
    },
  });
  expect(await document('--crew', file, '--at', '2')).not.toHaveProperty('stopped');
});

test('an edit that no fact meets keeps all; other inputs keep what does not read them', async () => {
  const file = edited(text => text.replace('The critic liked none', 'Nobody liked one'));
  expect(await document('--crew', file)).toMatchObject({ kept: 7 });
  expect((await fork('--crew', file)).stdout).toBe('Nobody liked one of three.\n');
  expect(await document('-i', 'topic=spring')).toMatchObject({ kept: 1, stopped: { seq: 1 } });
});

test('a fork of a run that waits goes on with what has changed', async () => {
  const ended = await call(
    'run',
    'haiku.crew.yaml',
    '--model',
    'script:approved.replies.yaml',
    '--max-calls',
    '2',
    '--allow-over-plan',
    '--json',
  );
  expect(ended.code).toBe(4);
  runId = JSON.parse(ended.stdout).runId;
  const forked = await fork('--max-calls', '9', '--model', 'script:approved.replies.yaml', '--json');
  expect(JSON.parse(forked.stdout)).toMatchObject({ outcome: 'success', spend: { calls: 4 } });
});

test.each([
  [['--at', '8'], '1 to 7'],
  [['--at', '0'], '1 to 7'],
  [['--at', 'two'], '1 to 7'],
  [['-i', 'colour=red'], 'no input `colour`'],
  [['--crew', 'none.yaml'], 'there is no crew file'],
])('%j is refused and makes no run', async (args, message) => {
  const ended = await fork(...args);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain(message);
  expect(JSON.parse((await call('ps', '--json')).stdout).runs).toHaveLength(1);
});
