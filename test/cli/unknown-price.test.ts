import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import type { LoopbackServer } from '../loopback/reply.ts';
import { makeFolder } from '../tools/git-repository.ts';

const CREW = `version: 1
crew: dear
goal: Try.
budget: { usd: 0.50 }
roles: { writer: { goal: Write. } }
start: first
phases:
  first: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ first }}" }
`;

const from = makeFolder();
let server: LoopbackServer;
let asked = 0;

beforeAll(async () => {
  server = await startOpenAiServer(() => {
    asked += 1;
    return { text: 'said' };
  });
  writeFileSync(join(from, 'dear.crew.yaml'), CREW);
  writeFileSync(
    join(from, 'inside.crew.yaml'),
    CREW.replace('goal: Write.', 'goal: Write., budget: { usd: 0.50 }'),
  );
});

afterAll(() => server.close());

const ours = (args: readonly string[]) =>
  crew(args, { from, env: { HOME: from, OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: 'sk-of-ours' } });

const MODEL = ['--model', 'openai:gpt-x'];

test('a ceiling of money that cannot be kept is refused before there is a run, and the words say what to do', async () => {
  const { code, stderr, stdout } = await ours(['run', 'dear.crew.yaml', ...MODEL]);
  expect({ code, stdout, asked }).toEqual({ code: 4, stdout: '', asked: 0 });
  expect(stderr).toContain(
    'error[PLAN_OVER_BUDGET]: `budget.usd` is $0.5000, but the price of `openai:gpt-x` is not known, so it cannot be kept',
  );
  expect(stderr).toMatch(/`crew models`.*`--max-usd none`.*`--max-tokens`/);
  expect(stderr).not.toContain('resume');
  expect(JSON.parse((await ours(['ps', '--json'])).stdout)).toMatchObject({ runs: [] });
  const question = await ours(['ask', 'hi', '--models', 'openai:gpt-x', '--max-usd', '1']);
  expect(question.code).toBe(4);
  expect(question.stderr).toContain('`budget.usd` is $1.00, but the price of `openai:gpt-x`');
});

test('`crew plan` says that it cannot be kept, not that it will be', async () => {
  const { stdout } = await ours(['plan', 'dear.crew.yaml', ...MODEL]);
  expect(stdout).toContain('but the price of `openai:gpt-x` is not known, so it cannot be kept');
  expect(stdout).not.toContain('the ceiling is kept');
});

test('`none` lifts a ceiling, of a new run and of one that waits because of it', async () => {
  const lifted = await ours(['run', 'dear.crew.yaml', ...MODEL, '--max-usd', 'none', '-q']);
  expect(lifted).toMatchObject({ code: 0, stdout: 'said\n' });
  const flags = ['--max-usd', 'none', '--allow-over-plan', '--json'];
  const held = await ours(['run', 'inside.crew.yaml', ...MODEL, ...flags]);
  expect(held.code, held.stderr).toBe(4);
  const { runId } = JSON.parse(held.stdout);
  expect(held.stderr).toContain(`crew resume ${runId} --max-usd none`);
  const still = await ours(['resume', runId, '--max-usd', '100']);
  expect(still.code).toBe(4);
  const done = await ours(['resume', runId, '--max-usd', 'none', '-q']);
  expect(done, done.stderr).toMatchObject({ code: 0, stdout: 'said\n' });
  const again = await ours(['resume', runId, '-q']);
  expect(again).toMatchObject({ code: 0, stdout: 'said\n' });
});
