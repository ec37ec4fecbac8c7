import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

/** One writer speaks before a question is put to a person, and again after it. */
const CREW = `version: 1
crew: letters
goal: Write two letters.
budget: { calls: 60 }
roles: { writer: { goal: Write. } }
start: slow
phases:
  slow: { role: writer, task: Write., timeout: 1s, on_error: first, next: first }
  first: { role: writer, task: Write., next: sign }
  sign: { human: "Go on?", choices: [yes, no], next: second }
  second: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ first }}, {{ second }}" }
`;
const REPLIES = `version: 1
replies:
  - { role: writer, text: never, delay_ms: 30000 }
  - { role: writer, text: dear }
  - { role: writer, text: yours }
`;

let folder: string;
beforeAll(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'letters.crew.yaml'), CREW);
  writeFileSync(join(folder, 'three.yaml'), REPLIES);
  writeFileSync(join(folder, 'two.yaml'), REPLIES.split('\n').slice(0, -2).join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const call = (...args: readonly string[]) => crew(args, { from: folder });

async function runToQuestion(replies: string): Promise<string> {
  const { code, stderr } = await call('run', 'letters.crew.yaml', '--model', `script:${replies}.yaml`);
  const id = /· run (\S+) ·/.exec(stderr)?.[1];
  expect([code, id]).toEqual([5, expect.any(String)]);
  return id ?? '';
}

test('a run that goes on after a question has its next replies, also when one of them came too late', async () => {
  const id = await runToQuestion('three');
  const { code, stdout } = await call('answer', id, 'yes');
  expect([code, stdout]).toEqual([0, 'dear, yours\n']);
});

test('a reply that is missing ends the run and names the place that has none', async () => {
  const id = await runToQuestion('two');
  const { code, stderr } = await call('answer', id, 'yes');
  expect(code).toBe(2);
  expect(stderr).toContain('SCRIPT_EXHAUSTED');
  expect(stderr).toContain(
    'expected a reply for phase `second`, role `writer`, turn 1 in the script `two.yaml`; 2 replies would fit, but all their `times` are used up',
  );
  expect(stderr).not.toContain('provider');
});

test('a fork has the replies that follow those of the facts that it keeps', async () => {
  const id = await runToQuestion('three');
  expect((await call('answer', id, 'yes')).code).toBe(0);
  const all = /keeps all (\d+) facts/.exec((await call('fork', id)).stderr)?.[1];
  const { code, stdout } = await call('fork', id, '--at', String(Number(all) - 1));
  expect([code, stdout]).toEqual([0, 'dear, yours\n']);
});
