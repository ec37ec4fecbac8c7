import { afterAll, beforeAll, expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import type { LoopbackServer } from '../loopback/reply.ts';
import { makeFolder } from '../tools/git-repository.ts';

const from = makeFolder();
let server: LoopbackServer;
const limits: unknown[] = [];

beforeAll(async () => {
  server = await startOpenAiServer(({ body }) => {
    limits.push(body.max_tokens);
    return { text: body.model === 'thinker' ? '' : 'a long sto', finish: 'length' };
  });
});

afterAll(() => server.close());

const ask = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  limits.length = 0;
  return crew(['ask', 'hi', ...args], {
    from,
    env: { HOME: from, OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: 'sk-of-ours', ...env },
  });
};

test('an answer that was cut off is shown and marked, asked for once, and can be given more room', async () => {
  const cut = await ask(['--models', 'openai:a']);
  expect(cut.code, cut.stderr).toBe(0);
  expect(cut.stdout).toContain('a long sto\n\n*(The answer was cut off here');
  expect(cut.stderr).toContain('cut off at 4,096 tokens');
  expect(limits).toEqual([4096]);
  const json = await ask(['--models', 'openai:a', '--json', '--answer-tokens', '16k']);
  expect(JSON.parse(json.stdout).answers).toEqual([
    { model: 'openai:a', outcome: 'answered', answer: 'a long sto', cutOff: true },
  ]);
  expect(limits).toEqual([16_000]);
  await ask(['--models', 'openai:a'], { CREW_ANSWERS_MAX_TOKENS: '9000' });
  expect(limits).toEqual([9000]);
  const wrong = await ask(['--answer-tokens', 'much']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain(
    '`--answer-tokens much` cannot be read; write a number of tokens such as 16k',
  );
});

test('where nothing but thoughts came, the hint says what gives more room', async () => {
  const none = await ask(['--models', 'openai:thinker']);
  expect(none.code).toBe(1);
  expect(none.stderr).toContain('`--answer-tokens`');
  expect(none.stderr).not.toContain('min_answers');
  expect(limits).toHaveLength(2);
});
