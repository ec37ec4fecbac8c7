import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonValue } from '../../src/model/json.ts';
import { startOpenAiServer } from '../loopback/openai-server.ts';
import type { LoopbackServer, Reply } from '../loopback/reply.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { crew, type Ended } from './crew-process.ts';

const CANARY = 'zq-canary-7f3e9d1c5b';
const CREW = `version: 1
crew: leak
goal: Read everything.
roles: { reader: { goal: Read., tools: [files] } }
tools: { files: builtin:files }
start: read
phases:
  read: { role: reader, task: Read what is there., next: done }
  done: { end: success, result: "{{ read }}" }
`;

let folder = '';
let server: LoopbackServer | undefined;
beforeEach(() => {
  folder = makeFolder();
  writeFileSync(join(folder, 'leak.crew.yaml'), CREW);
  writeFileSync(
    join(folder, '.env'),
    `OPENAI_API_KEY=${CANARY}\nurl=https://x/?k=${encodeURIComponent(CANARY)}\n`,
  );
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All files below a folder but the one that the secret was put in. */
function filesBelow(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map(name => join(path, name))
    .filter(file => statSync(file).isFile() && !file.endsWith('.env'));
}

/** Runs the crew against a model that answers so, and says where the secret got to. */
async function hits(replies: readonly Reply[]): Promise<{ readonly found: string[]; readonly run: Ended }> {
  server = await startOpenAiServer((_request, index) => replies[index] ?? { text: 'the end' });
  const env = { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: CANARY };
  const call = (...args: readonly string[]) => crew(args, { from: folder, env });
  const run = await call(
    ...['run', 'leak.crew.yaml', '--model', 'openai:m', '--run-id', 'run1', '-v'],
    ...['--output', 'ndjson', '--record', 'run.jsonl'],
  );
  const shown = [run];
  for (const line of [
    'show run1',
    'show run1 --json',
    'logs run1 -v',
    'export run1',
    'why run1',
    'audit list run1',
    'pending',
  ]) {
    shown.push(await call(...line.split(' ')));
  }
  const texts: [string, string][] = shown.map(({ stdout, stderr }, nth) => [
    `output ${nth}`,
    stdout + stderr,
  ]);
  for (const file of filesBelow(folder)) texts.push([file, readFileSync(file, 'latin1')]);
  for (const [nth, { body }] of server.requests.entries())
    texts.push([`request ${nth}`, JSON.stringify(body as JsonValue)]);
  const spellings = [CANARY, encodeURIComponent(CANARY)];
  return {
    found: texts.filter(([, text]) => spellings.some(each => text.includes(each))).map(([name]) => name),
    run,
  };
}

test('a secret that a tool reads, and that is in a failure of a tool, gets nowhere', async () => {
  const { found, run } = await hits([
    { toolCalls: [{ tool: 'files.read', args: { path: '.env' } }] },
    { toolCalls: [{ tool: 'files.read', args: { path: `no-such-${CANARY}` } }] },
    { text: `I have read ${CANARY}, all of it: ${CANARY}` },
  ]);
  expect([run.code, found]).toEqual([0, []]);
  expect(server?.requests.length).toBe(3);
  expect(run.stderr).toContain('[scrubbed]');
});

test('a secret in the failure of a provider gets nowhere', async () => {
  const body = { error: { message: `Incorrect API key provided: ${CANARY}.`, code: 'invalid_api_key' } };
  const { found, run } = await hits([{ fault: { kind: 'http', status: 401, body } }]);
  expect([run.code, found]).toEqual([3, []]);
});
