import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';
import { crew } from './crew-process.ts';

const CREW = `version: 1
crew: poem
goal: Write what is asked for.
inputs: { topic: { type: string, maxLength: 200 } }
models: { default: auto }
budget: { calls: 60, tokens: 100m }
start: write
phases:
  write:
    chain: [{ model: default, prompt_template: "Write: {{ inputs.topic }}" }]
    next: done
  done: { end: success, result: "{{ write }} about {{ inputs.topic }}" }
`;
const AGAIN = { reformulated: 'a haiku about spring', assumptions: [], questions: [] };
const REPLIES = `version: 1
replies:
  - { phase: reformulate/rewrite, json: ${JSON.stringify(AGAIN)} }
  - { phase: write, text: Plum blossoms }
`;
const RESULT = 'Plum blossoms about a haiku about spring\n';

let folder = '';
const call = (...args: readonly string[]) => crew(args, { from: folder });
const record = (...args: readonly string[]) =>
  call('run', 'poem.crew.yaml', 'spring', '--model', 'script:replies.yaml', '--record', 'run.jsonl', ...args);
beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'poem.crew.yaml'), CREW);
  writeFileSync(join(folder, 'replies.yaml'), REPLIES);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a recording of a run whose request was said again', () => {
  test.each([
    ['as it was', []],
    ['under a narrow ceiling', ['--max-calls', '25']],
  ])('is replayed %s', async (_, flags) => {
    expect((await record('--reformulate', ...flags)).stdout).toBe(RESULT);
    for (const more of [[], ['--reformulate']]) {
      const { code, stdout, stderr } = await call(
        'run',
        'poem.crew.yaml',
        '--replay',
        'run.jsonl',
        ...flags,
        ...more,
      );
      expect([code, stdout, stderr]).toEqual([0, RESULT, expect.stringContaining('reformulate/rewrite')]);
    }
  });

  test('that had a prompt and a model of the settings is replayed without them', async () => {
    await call('config', 'set', 'reformulation.prompt', 'Better: {{ request }}');
    await call('config', 'set', 'reformulation.model', 'script:replies.yaml');
    await record('--reformulate');
    rmSync(join(folder, '.crew'), { recursive: true });
    const { code, stdout } = await call('run', 'poem.crew.yaml', '--replay', 'run.jsonl');
    expect([code, stdout]).toEqual([0, RESULT]);
  });

  test('shows what the crew would do otherwise now', async () => {
    await record('--reformulate');
    writeFileSync(join(folder, 'poem.crew.yaml'), CREW.replace('"Write: ', '"Please write: '));
    const { code, stderr } = await call('run', 'poem.crew.yaml', '--replay', 'run.jsonl');
    expect([code, stderr]).toEqual([6, expect.stringContaining('Please write: a haiku about spring')]);
  });

  test('is a cassette of a test, and is forked with an edited crew', async () => {
    await record('--reformulate', '--run-id', 'first');
    writeFileSync(
      join(folder, 'poem.crewtest.yaml'),
      'version: 1\ncrew: poem.crew.yaml\ntests:\n  says it again:\n    cassette: run.jsonl\n    expect: { max_calls: 2 }\n',
    );
    const tested = await call('test', 'poem.crewtest.yaml');
    expect([tested.code, tested.stdout]).toEqual([0, expect.stringContaining('says it again')]);
    writeFileSync(join(folder, 'poem.crew.yaml'), CREW.replace('"Write: ', '"Please write: '));
    const forked = await call('fork', 'first', '--crew', 'poem.crew.yaml', '--model', 'script:replies.yaml');
    expect([forked.code, forked.stdout]).toEqual([0, RESULT]);
    expect(forked.stderr).not.toContain('reformulate/rewrite  │ ▸');
  });

  test('says the same as the flags', async () => {
    await record('--reformulate');
    const without = await call('run', 'poem.crew.yaml', '--replay', 'run.jsonl', '--no-reformulate');
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('was said again')]);
    await record();
    const replay = ['run', 'poem.crew.yaml', '--replay', 'run.jsonl'];
    expect((await call(...replay)).stdout).toBe('Plum blossoms about spring\n');
    const flag = await call(...replay, '--reformulate');
    expect([flag.code, flag.stderr]).toEqual([2, expect.stringContaining('was not said again')]);
  });
});
