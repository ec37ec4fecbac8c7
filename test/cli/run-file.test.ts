import { expect, test } from 'vitest';
import { readRunFile, writeRunFile } from '../../src/cli/run-file.ts';
import { hashProgram } from '../../src/compiler/compile-crew.ts';
import type { RecordedRun } from '../../src/ports/engine.ts';
import { foldRun } from '../../src/runtime/records/fold-run.ts';
import { fc } from '../laws.ts';
import { randomCrew, randomReplies, SLOW_TOOLS } from '../runtime/random-crew.ts';
import { runCrew } from '../runtime/run-crew.ts';

const SECRET = 'correct horse "battery" staple';
const env = { TEST_API_KEY: SECRET };

const yaml = `
inputs: { topic: { type: string } }
roles: { writer: { goal: Write. } }
start: write
phases:
  write: { role: writer, task: 'On {{ inputs.topic }}.', next: done }
  done: { end: success, result: '{{ write }}' }
`;

async function record(options: Partial<Parameters<typeof runCrew>[0]> = {}): Promise<RecordedRun> {
  const { program, facts } = await runCrew({ yaml, inputs: { topic: 'rain' }, ...options });
  return { runId: 'run1', program, facts };
}

test('law: a run that was written and read again is the same run', async () => {
  await fc.assert(
    fc.asyncProperty(randomCrew('wild'), fc.nat(1000), async (text, seed) => {
      const replies = randomReplies('wild', seed);
      const run = await record({ yaml: text, replies, tools: SLOW_TOOLS });
      const read = await readRunFile('a.jsonl', await writeRunFile(run, {}));
      expect(JSON.stringify(read.facts)).toBe(JSON.stringify(run.facts));
      expect(read.program).toEqual(JSON.parse(JSON.stringify(run.program)));
    }),
    { numRuns: 30 },
  );
});

test('a planted secret is in no line, and the run still folds to its end', async () => {
  const replies = () => ({ text: `the key is ${SECRET}` });
  const run = await record({ inputs: { topic: SECRET }, replies });
  const secretive = { ...run.program, goal: `Guard ${SECRET}.` };
  const text = await writeRunFile({ ...run, program: { ...secretive, hash: hashProgram(secretive) } }, env);
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain(JSON.stringify(SECRET).slice(1, -1));
  const read = await readRunFile('a.jsonl', text);
  expect([...foldRun(read.program, read.facts)].at(-1)?.after.end).toMatchObject({ outcome: 'success' });
});

test.each([
  ['nothing at all', () => '', 'line 1: expected `{"crewfile":"run"'],
  ['another file', () => '{"a":1}\n', 'line 1: expected `{"crewfile":"run"'],
  ['no JSON', (text: string) => `${text}oops\n`, 'line 4: expected one JSON object a line'],
  ['a list', (text: string) => `${text}[]\n`, 'line 4: expected a JSON object'],
  [
    'a later version',
    (text: string) => text.replace('"version":1', '"version":2'),
    'line 1: expected version 1',
  ],
  [
    'a cut file',
    (text: string) => text.split('\n').slice(0, 2).join('\n'),
    'line 2: expected 2 facts, found 1',
  ],
  [
    'an edited program',
    (text: string) => text.replace('Try the', 'Bend the'),
    'line 1: the program does not have',
  ],
  [
    'an unknown fact',
    (text: string) => text.replace('model.answered', 'model.guessed'),
    'line 3: there is no fact',
  ],
  ['half a fact', (text: string) => text.replace('"finishReason":"stop"', '"x":1'), 'line 3: '],
  ['a second beginning', (text: string) => text + (text.split('\n')[1] ?? ''), 'line 4: the first fact'],
])('%s is refused with its line', async (_what, tamper, message) => {
  const text = tamper(await writeRunFile(await record(), {}));
  await expect(readRunFile('a.jsonl', text)).rejects.toMatchObject({
    code: 'RUN_FILE_INVALID',
    message: expect.stringContaining(message),
  });
});
