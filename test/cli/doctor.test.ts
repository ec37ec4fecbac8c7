import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

interface Finding {
  readonly about: string;
  readonly state: string;
  readonly text: string;
}

describe('crew doctor', () => {
  let folder = '';
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function findings(env: Readonly<Record<string, string>> = {}) {
    const { code, stdout } = await crew(['doctor', '--json'], { from: folder, env });
    const list = (JSON.parse(stdout) as { readonly findings: readonly Finding[] }).findings;
    return { code, stdout, of: (about: string) => list.filter(each => each.about === about) };
  }

  test('a fresh folder is well', async () => {
    const { code, of } = await findings();
    expect(code).toBe(0);
    expect(of('node')).toEqual([{ about: 'node', state: 'ok', text: process.versions.node }]);
    expect(of('git')[0]?.state).toBe('ok');
    expect(of('runs')[0]?.text).toContain('none yet');
    expect(of('auto')[0]?.text).toContain('offline');
  });

  test('a key is seen and never shown', async () => {
    const { stdout, of } = await findings({ OPENAI_API_KEY: 'sk-canary-1234' });
    expect(of('openai')).toEqual([{ about: 'openai', state: 'ok', text: 'OPENAI_API_KEY is set' }]);
    expect(of('anthropic')[0]?.text).toBe('ANTHROPIC_API_KEY is not set');
    expect(stdout).not.toContain('canary');
  });

  test('a key or an address of blanks is none', async () => {
    const { of } = await findings({ OPENAI_API_KEY: ' ', ANTHROPIC_BASE_URL: ' ' });
    expect(of('openai')).toEqual([{ about: 'openai', state: 'note', text: 'OPENAI_API_KEY is not set' }]);
    expect(of('anthropic')).toEqual([
      { about: 'anthropic', state: 'note', text: 'ANTHROPIC_API_KEY is not set' },
    ]);
    expect(of('auto')[0]?.text).not.toContain('OPENAI_API_KEY');
    const asked = await crew(['ask', 'hi', '--models', 'openai:x'], { env: { OPENAI_API_KEY: ' ' } });
    expect([asked.code, asked.stderr]).toEqual([3, expect.stringContaining('needs OPENAI_API_KEY')]);
  });

  test('finds a model server of this machine and says how to use it', async () => {
    const server = createServer((_, response) => response.end('{"data":[{"id":"qwen3"}]}'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { of } = await findings({ OLLAMA_HOST: host });
    server.close();
    expect(of('local models')).toContainEqual({
      about: 'local models',
      state: 'ok',
      text: `Ollama at ${host}, 1 model; use it: --model ollama:qwen3`,
    });
  });

  test('names the servers that were accepted, starts none, and says where memory is kept', async () => {
    cpSync(join(import.meta.dirname, '../../examples/31-served-crew/crew.lock'), join(folder, 'crew.lock'));
    const { of } = await findings();
    expect(of('mcp servers')).toEqual([
      { about: 'mcp servers', state: 'ok', text: expect.stringMatching(/^crew\.lock: \w+ \(\d+ tools\)/) },
    ]);
    expect(of('memory')[0]?.text).toContain(join(folder, '.crew/memory'));
  });

  test('what is wrong with settings or the policy is a problem, exit 3', async () => {
    mkdirSync(join(folder, '.crew'));
    writeFileSync(join(folder, '.crew/config.yaml'), 'nonsense: 1\n');
    writeFileSync(join(folder, 'crew.policy.yaml'), 'rules: [{ frob: x }]\n');
    const { code, of } = await findings();
    expect(code).toBe(3);
    expect(of('settings')[0]).toMatchObject({
      state: 'problem',
      text: expect.stringMatching(/^\.crew\/config\.yaml:1:1: .*: crew check \.crew\/config\.yaml$/),
    });
    expect(of('policy')[0]).toMatchObject({
      state: 'problem',
      text: expect.stringMatching(/^crew\.policy\.yaml:1:\d+: .*: crew check crew\.policy\.yaml$/),
    });
  });

  test('without programs it still looks at the rest', async () => {
    const { code, of } = await findings({ PATH: '/nonexistent' });
    expect(code).toBe(0);
    expect(of('git')[0]?.state).toBe('note');
    expect(of('sandbox')[0]?.text).toContain('not installed');
  });

  test.each(['/nope', 'file.txt'])(
    'a workspace %s that is none is said once, without a trace',
    async place => {
      writeFileSync(join(folder, 'file.txt'), '');
      for (const more of [[], ['--json']]) {
        const { code, stdout, stderr } = await crew(['doctor', '--cwd', place, ...more], { from: folder });
        expect([code, stdout]).toEqual([2, '']);
        expect(stderr).toContain('FILE_NOT_FOUND');
        expect(stderr).not.toMatch(/^ +at /m);
      }
    },
  );

  test.each([
    ['not a url::', 'OLLAMA_HOST (not a url::) cannot be read'],
    [':1', 'OLLAMA_HOST (:1) does not answer'],
    ['http://me:canary@127.0.0.1:1', 'OLLAMA_HOST (http://127.0.0.1:1) does not answer'],
    ['10.1.2.3', 'OLLAMA_HOST (10.1.2.3) is another machine'],
  ])('an OLLAMA_HOST %s of no use is told, also where it is asked', async (host, told) => {
    const { of, stdout } = await findings({ OLLAMA_HOST: host });
    expect(of('local models').map(({ text }) => text)).toContainEqual(expect.stringContaining(told));
    expect(stdout).not.toContain('canary');
    const asked = await crew(['ask', 'why'], { from: folder, env: { OLLAMA_HOST: host } });
    expect(asked.stderr.replaceAll(/\s+/g, ' ')).toContain(told);
  });

  test('a server that hangs, resets or has no model to chat with is told with what helps', async () => {
    const told = async (answer: (response: ServerResponse) => void) => {
      const server = createServer((_, response) => answer(response));
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { of } = await findings({ OLLAMA_HOST: host });
      server.closeAllConnections();
      server.close();
      return of('local models')
        .map(({ text }) => text.replace(host, 'HOST'))
        .find(text => text.includes('HOST'));
    };
    const silent = 'OLLAMA_HOST (HOST) does not answer with a list of models';
    expect(await told(() => undefined)).toBe(silent);
    expect(await told(response => response.destroy())).toBe(silent);
    const pull = '; get one: ollama pull llama3.2';
    expect(await told(response => response.end('{"models":[]}'))).toBe(
      `Ollama at HOST has no model yet${pull}`,
    );
    const vectors = '{"models":[{"name":"nomic-embed-text"}]}';
    expect(await told(response => response.end(vectors))).toBe(
      `Ollama at HOST has no model that can chat${pull}`,
    );
  });

  test.each([
    ['foo', 'MODEL_UNKNOWN: `foo` (CREW_MODEL)'],
    ['openai:gpt-5', 'CREDENTIALS_MISSING: `openai:gpt-5` needs OPENAI_API_KEY'],
  ])('a CREW_MODEL %s that fails at once is a problem', async (use, text) => {
    const { code, of } = await findings({ CREW_MODEL: use });
    expect(code).toBe(3);
    expect(of('auto')).toEqual([{ about: 'auto', state: 'problem', text: expect.stringContaining(text) }]);
  });

  test('what settings name and nobody can use is a problem', async () => {
    mkdirSync(join(folder, '.crew'));
    const text = 'parallel_processing: { models: [offline, "openai:a"] }\n';
    const prompt = 'reformulation: { custom_prompt_path: mine.md }\n';
    writeFileSync(join(folder, '.crew/config.yaml'), text + prompt);
    const { code, of } = await findings();
    expect(code).toBe(3);
    expect(of('settings').map(row => row.text)).toEqual([
      expect.stringMatching(
        /^parallel_processing\.models \(\.crew\/config\.yaml\): CREDENTIALS_MISSING: `openai:a`/,
      ),
      expect.stringContaining('there is no file'),
    ]);
    writeFileSync(join(folder, 'mine.md'), '{{ request | nope }}\n');
    expect((await findings({ OPENAI_API_KEY: 'sk-1' })).of('settings')).toEqual([
      { about: 'settings', state: 'problem', text: expect.stringContaining('`mine.md` has errors') },
    ]);
    const quiet = await crew(['doctor', '-q'], { from: folder });
    expect(quiet.stdout.trim().split('\n')).toHaveLength(2);
    expect(quiet.stdout).toMatch(/^✗ settings/);
  });

  test('people see one line for each thing', async () => {
    const { stdout } = await crew(['doctor'], { from: folder });
    expect(stdout).toMatch(/^✓ node +\d+\./m);
    expect(stdout).toMatch(/^· anthropic +ANTHROPIC_API_KEY is not set$/m);
  });
});
