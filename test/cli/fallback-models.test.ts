import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { chooseModels } from '../../src/cli/choose-models.ts';
import { crew } from '../e2e/crew-process.ts';
import { startAnthropicServer } from '../loopback/anthropic-server.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import { compileText } from '../runtime/run-crew.ts';

const BODY = `models: { judge: { use: ["openai:first", "anthropic:second"], max_tokens: 77 } }
roles: { writer: { goal: Write., model: judge } }
start: work
phases:
  work: { role: writer, task: Write., next: done }
  done: { end: success, result: "{{ work }}" }
`;
const CREW = `version: 1\ncrew: listed\ngoal: Try.\n${BODY}`;
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

const chosen = (env: Record<string, string>, flags: readonly string[] = []) =>
  chooseModels({ program: compileText(BODY), flags, env }).models;

test('all that have a key are chosen, in order', () => {
  expect(chosen({ OPENAI_API_KEY: 'k', ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' })).toEqual({
    judge: { use: 'openai:first', reason: 'the crew file' },
    'judge~2': {
      use: 'anthropic:second',
      reason: 'the crew file, for when `openai:first` fails',
    },
  });
});

test('one without a key is left out, and the reason says so', () => {
  expect(chosen({ ANTHROPIC_API_KEY: 'k' })).toEqual({
    judge: {
      use: 'anthropic:second',
      reason: 'the crew file; `openai:first` is left out, because OPENAI_API_KEY is not set',
    },
  });
});

test('a flag, or CREW_MODEL, stands for the whole list', () => {
  expect(chosen({ OPENAI_API_KEY: 'k' }, ['offline'])).toEqual({
    judge: { use: 'offline', reason: '--model' },
  });
  expect(chosen({ OPENAI_API_KEY: 'k', CREW_MODEL: 'offline' })).toEqual({
    judge: { use: 'offline', reason: 'CREW_MODEL' },
  });
});

test('a run without any of the keys is refused before it begins', async () => {
  const from = mkdtempSync(join(tmpdir(), 'crew-listed-'));
  writeFileSync(join(from, 'listed.crew.yaml'), CREW);
  const { code, stderr } = await crew(['run', 'listed.crew.yaml'], { from });
  expect(code).toBe(3);
  expect(stderr).toContain('OPENAI_API_KEY');
  const plan = await crew(['plan', 'listed.crew.yaml', '--json'], { from });
  expect(JSON.parse(plan.stdout).models.map((model: { use: string }) => model.use)).toEqual([
    'openai:first',
    'anthropic:second',
  ]);
});

test('when the first provider refuses, the other one does the work, and the run shows both', async () => {
  const openai = await startOpenAiServer(() => ({
    fault: { kind: 'http', status: 401, body: { error: { message: 'no' } } },
  }));
  const anthropic = await startAnthropicServer(() => ({ text: 'done by the second' }));
  closing.push(
    () => openai.close(),
    () => anthropic.close(),
  );
  const from = mkdtempSync(join(tmpdir(), 'crew-listed-'));
  writeFileSync(join(from, 'listed.crew.yaml'), CREW);
  const env = { OPENAI_BASE_URL: openai.baseUrl, ANTHROPIC_BASE_URL: anthropic.baseUrl };
  const { code, stdout, stderr } = await crew(['run', 'listed.crew.yaml', '--cwd', from], { from, env });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('done by the second');
  expect(stderr).toMatch(/judge~2 +anthropic:second/);
  expect(stderr).toContain('openai:first · ');
  expect(openai.requests).toHaveLength(1);
  expect(anthropic.requests).toHaveLength(1);
});
