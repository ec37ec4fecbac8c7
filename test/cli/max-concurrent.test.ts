import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import { until } from '../machine.ts';

const CREW = `version: 1
crew: wide
goal: Try.
roles: { writer: { goal: Write. } }
start: all
phases:
  all:
    parallel:
      a: { role: writer, task: Write. }
      b: { role: writer, task: Write. }
      c: { role: writer, task: Write. }
    next: done
  done: { end: success, result: "{{ all.a }}" }
`;

/** Calls are answered when so many are under way at once, and a moment later, in which one too many would come. */
async function runWith(maxConcurrent: string, expected = 0) {
  let open = 0;
  let most = 0;
  const server = await startOpenAiServer(async () => {
    open += 1;
    most = Math.max(most, open);
    await until(() => most >= expected);
    await new Promise(resolve => setTimeout(resolve, 50));
    open -= 1;
    return { text: 'there' };
  });
  const from = mkdtempSync(join(tmpdir(), 'crew-wide-'));
  writeFileSync(join(from, 'wide.crew.yaml'), CREW);
  const env = { OPENAI_BASE_URL: server.baseUrl, CREW_MAX_CONCURRENT: maxConcurrent };
  const ended = await crew(['run', 'wide.crew.yaml', '--model', 'openai:m'], { from, env });
  await server.close();
  return { ...ended, most };
}

test('CREW_MAX_CONCURRENT says how many calls are under way at one server', async () => {
  expect(await runWith('1', 1)).toMatchObject({ code: 0, most: 1 });
  expect(await runWith('3', 3)).toMatchObject({ code: 0, most: 3 });
});

test.each(['0', 'many', '-1', '1.5'])('CREW_MAX_CONCURRENT=%s is a mistake of its caller', async text => {
  const { code, stderr, most } = await runWith(text);
  expect(code).toBe(2);
  expect(stderr).toContain(`CREW_MAX_CONCURRENT must be a whole number from 1, but it is \`${text}\``);
  expect(most).toBe(0);
});
