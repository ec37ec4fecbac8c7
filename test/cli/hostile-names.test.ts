import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shellWord } from '../../src/model/shell-word.ts';
import { crew, crewProgram } from '../e2e/crew-process.ts';
import { fc } from '../laws.ts';
import { makeFolder } from '../tools/git-repository.ts';

/** What a model server calls its models, when somebody hopes that it is pasted, or completed and entered. */
const NAMES = [
  'evil$(touch${IFS}pwned)',
  'evil`touch${IFS}pwned`',
  'evil;touch${IFS}pwned',
  "evil'q",
  'evil:7b',
];
const PERSON = 'ada:hunter2';

let server: Server;
let host = '';
let folder = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    const { authorization } = request.headers;
    const isAda = authorization === `Basic ${Buffer.from(PERSON).toString('base64')}`;
    const isOllama = request.url?.startsWith('/v1') === true;
    if (!isOllama && !isAda) return response.writeHead(401).end();
    const data = isOllama ? NAMES.map(id => ({ id })) : [{ id: 'of-ada' }];
    return response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = makeFolder();
  writeFileSync(join(folder, 'crew'), `#!/bin/sh\nexec '${process.execPath}' '${crewProgram()}' "$@"\n`);
  chmodSync(join(folder, 'crew'), 0o755);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const inFolder =
  (env: Readonly<Record<string, string>>) =>
  (...args: readonly string[]) =>
    crew(args, { from: folder, env });

describe('names that a model server gives', () => {
  test('are words in the commands that are told to be pasted', async () => {
    const call = inFolder({ OLLAMA_HOST: host });
    const { stdout: models } = await call('models');
    const { stdout: doctor } = await call('doctor');
    const word = "'ollama:evil$(touch${IFS}pwned)'";
    expect(models).toContain(`use one: crew run FILE --model ${word}\n`);
    expect(doctor).toContain(`use it: --model ${word}\n`);
  });

  test('are words where bash completes them', async () => {
    const script = `source <(crew completion bash)
COMP_LINE='crew ask hi --models ollama:e'; COMP_POINT=\${#COMP_LINE}
COMP_WORDS=(crew ask hi --models ollama : e); COMP_CWORD=6; _crew
for word in "\${COMPREPLY[@]}"; do eval "printf '%s\\n' $word"; done`;
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder, OLLAMA_HOST: host, LANG: 'C.UTF-8' };
    // The server is of this process, so that this must not wait for the shell.
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder, env });
    expect(stdout.trim().split('\n')).toEqual(NAMES);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });

  test('law: a word of a shell is read back as it was', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), text => {
        fc.pre(!text.includes('\0'));
        const read = execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' });
        expect(read).toBe(text);
      }),
      { numRuns: 30 },
    );
    expect(spawnSync('/bin/sh', ['-c', `exit ${shellWord('7')}`]).status).toBe(7);
  });
});

describe('the address of a server of one’s own', () => {
  test('is used and shown without the password in it', async () => {
    const call = inFolder({
      OPENAI_BASE_URL: `http://${PERSON}@${host}/own?key=sk-canary`,
      OLLAMA_HOST: '127.0.0.1:1',
    });
    const plain = inFolder({ OPENAI_BASE_URL: `http://${PERSON}@${host}/own`, OLLAMA_HOST: '127.0.0.1:1' });
    const texts = [
      (await call('doctor')).stdout,
      (await call('models')).stdout,
      (await plain('doctor')).stdout,
      (await plain('models', '--json')).stdout,
      (await plain('models')).stdout,
    ];
    for (const text of texts) expect(text).not.toMatch(/hunter2|sk-canary/);
    expect(texts[2]).toContain(`OPENAI_BASE_URL is http://${host}/own`);
    expect(texts[4]).toContain(`OPENAI_BASE_URL at http://${host}/own\n    openai:of-ada\n`);
  });

  test('that is none is told before anything is called', async () => {
    const call = inFolder({ OPENAI_BASE_URL: 'ada:hunter2@nowhere', OLLAMA_HOST: '127.0.0.1:1' });
    const doctor = await call('doctor');
    expect(doctor.code).toBe(3);
    expect(doctor.stdout).toMatch(/✗ openai +OPENAI_BASE_URL is `nowhere`, expected an address/);
    const asked = await call('ask', 'why?', '--models', 'openai:x');
    expect([asked.code, asked.stderr]).toEqual([
      2,
      expect.stringContaining('OPENAI_BASE_URL must be the address of a server'),
    ]);
    expect(asked.stderr).not.toContain('hunter2');
    expect((await call('ps')).stderr).toContain('No run was started here yet');
  });
});
