import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

const POEM = `version: 1
crew: poem
goal: Write what is asked for.
inputs: { topic: { type: string } }
models: { default: auto }
budget: { calls: 60 }
start: write
phases:
  write: { chain: [{ model: default, prompt_template: "{{ inputs.topic }}" }], next: done }
  done: { end: success, result: "{{ write }}" }
`;

let folder = '';
beforeAll(() => {
  folder = makeFolder();
  const answer = '  - { phase: answers, times: 9, text: An insect. }\n';
  const text = '  - { phase: write, times: 9, text: "Plum \\"blossoms\\"" }\n';
  writeFileSync(join(folder, 'replies.yaml'), `version: 1\nreplies:\n${answer}${text}`);
  writeFileSync(join(folder, 'poem.crew.yaml'), POEM);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const here = (...args: readonly string[]) => crew(args, { from: folder });
const MODELS = ['--models', 'script:replies.yaml'];
const fileOf = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('what was asked', () => {
  test('stands in the listing of runs, on one line, and only there', async () => {
    const state = ['--state-dir', 'asked'];
    await here('ask', 'What is\na bee?', ...MODELS, ...state);
    await here('run', 'poem.crew.yaml', 'bees', '--model', 'script:replies.yaml', ...state);
    const { stdout } = await here('ps', ...state);
    const rows = stdout.trimEnd().split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatch(/^ {4}“What is.*a bee\?”$/);
    const { runs } = JSON.parse((await here('ps', '--json', ...state)).stdout);
    expect(runs.map(({ summary }: { summary: { question?: string } }) => summary.question)).toEqual([
      undefined,
      'What is\na bee?',
    ]);
  });
});

describe('a file that is named like JSON', () => {
  test('gets the result as JSON, with --json and without', async () => {
    for (const flags of [[], ['--json']]) {
      const { code, stderr } = await here('ask', 'Bees?', ...MODELS, ...flags, '-o', 'answers.json', '-q');
      expect(code, stderr).toBe(0);
      expect(JSON.parse(fileOf('answers.json'))).toMatchObject({
        question: 'Bees?',
        answers: [{ answer: 'An insect.' }],
      });
    }
    await here('run', 'poem.crew.yaml', 'bees', '--model', 'script:replies.yaml', '-o', 'poem.json');
    expect(JSON.parse(fileOf('poem.json'))).toBe('Plum "blossoms"');
  });
});

describe('words behind a crew file', () => {
  test('are the request of a plan, as of a run', async () => {
    const plan = async (...words: readonly string[]) =>
      JSON.parse(
        (await here('plan', 'poem.crew.yaml', ...words, '--model', 'openai:gpt-5-mini', '--json')).stdout,
      );
    const [given, named] = [await plan('bees'), await plan('-i', 'topic=bees')];
    expect(given.total).toEqual(named.total);
    expect(given.total.inputTokens).toBeLessThan((await plan()).total.inputTokens);
    const more = await here('plan', 'poem.crew.yaml', 'bees', 'and', 'wasps');
    expect([more.code, more.stderr]).toEqual([2, expect.stringContaining('put the request in quotes')]);
  });
});

test('what says no question again names the flag of `crew ask`', async () => {
  const { stderr } = await here('ask', 'Bees?', '--models', 'offline', '--reformulate');
  expect(stderr).toContain('name one with --models or `reformulation.model`');
});
