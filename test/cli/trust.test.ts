import { chmodSync, cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Terminal } from '../../src/cli/command.ts';
import { libraryTerminal } from '../../src/cli/library-terminal.ts';
import { loadTrustedProgram } from '../../src/cli/load-program.ts';
import { crew, type Ended } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

const NOTES = new URL('../../examples/30-mcp-server/', import.meta.url).pathname;

const CREW = `version: 1
crew: counting
goal: Count.
tools:
  text: { module: ./text.mjs, tools: { now: { description: Says what time it is. } } }
start: now
phases:
  now: { tool: text.now, next: inner }
  inner: { crew: inner.crew.yaml, next: done }
  done: { end: success, result: "{{ now }}" }
`;
const INNER = `version: 1
crew: inner
goal: Say hello.
sop: hello.sop.yaml
`;
const SOP = `version: 1
sop: hello
roles: []
start: done
phases: { done: { end: success, result: hello } }
`;

let root: string;
let folder: string;
beforeEach(() => {
  root = makeFolder();
  folder = join(root, 'project');
  mkdirSync(folder);
  const files = { 'counting.crew.yaml': CREW, 'inner.crew.yaml': INNER, 'hello.sop.yaml': SOP };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'text.mjs'), 'export const now = () => 1;\n');
});

function call(...args: string[]): Promise<Ended> {
  return crew(args, { from: folder, env: { HOME: root } });
}
const run = (): Promise<Ended> => call('run', 'counting.crew.yaml', '--allow', 'text.*');
const trusted = (): string => join(root, '.config/crew/trust.json');

describe('a crew that runs code', () => {
  test('waits for a person who trusts it, and says the exact command', async () => {
    const { code, stdout, stderr } = await run();
    expect(code).toBe(5);
    expect(stdout).toBe('');
    expect(stderr).toContain('error[CREW_UNTRUSTED]: `counting.crew.yaml` is not known to be trusted');
    expect(stderr).toContain('`crew trust counting.crew.yaml`');
    const shown = await call('trust', 'counting.crew.yaml');
    expect(shown.code).toBe(5);
    expect(shown.stderr).toMatch(/runs {5}text\.mjs, sha256 [0-9a-f]{64}/);
    expect((await run()).code).toBe(5);
  });

  test('is asked about again when a prompt file or a partial of it has changed', async () => {
    mkdirSync(join(folder, 'prompts'));
    writeFileSync(join(folder, 'counting.crew.yaml'), CREW.replace('goal: Count.', 'goal: { prompt: goal }'));
    writeFileSync(join(folder, 'prompts/goal.prompt.md'), 'Count. {% include "more" %}\n');
    writeFileSync(join(folder, 'prompts/_more.prompt.md'), 'Say it.\n');
    await call('trust', 'counting.crew.yaml', '--yes');
    expect((await run()).code).toBe(0);
    writeFileSync(join(folder, 'prompts/_more.prompt.md'), 'Say it twice.\n');
    expect((await run()).code).toBe(5);
    await call('trust', 'counting.crew.yaml', '--yes');
    writeFileSync(join(folder, 'prompts/goal.prompt.md'), 'Count on. {% include "more" %}\n');
    expect((await run()).code).toBe(5);
  });

  test('runs when it is trusted, also by another path, and no more when the trust is withdrawn', async () => {
    expect((await call('trust', 'counting.crew.yaml', '--yes')).code).toBe(0);
    expect(statSync(trusted()).mode & 0o777).toBe(0o600);
    expect(await run()).toMatchObject({ code: 0, stdout: '1\n' });
    const above = await crew(['run', 'project/counting.crew.yaml', '--allow', 'text.*'], {
      from: root,
      env: { HOME: root },
    });
    expect(above.code).toBe(0);
    expect((await call('trust', '--list')).stdout).toContain(join(folder, 'counting.crew.yaml'));
    expect((await call('trust', 'counting.crew.yaml', '--revoke')).code).toBe(0);
    expect((await run()).code).toBe(5);
    expect((await call('trust', '--list')).stdout).toBe('Nothing is trusted.\n');
  });

  test.each([
    ['the crew file', 'counting.crew.yaml'],
    ['a crew inside it', 'inner.crew.yaml'],
    ['a procedure', 'hello.sop.yaml'],
  ])('is not trusted any more when %s has changed', async (_what, file) => {
    await call('trust', 'counting.crew.yaml', '--yes');
    writeFileSync(join(folder, file), `${readFileSync(join(folder, file), 'utf8')}# more\n`);
    const { code, stderr } = await run();
    expect(code).toBe(5);
    expect(stderr).toContain('has changed since you trusted it');
  });

  test('is not trusted any more when its module has changed, nor in another folder', async () => {
    await call('trust', 'counting.crew.yaml', '--yes');
    cpSync(folder, join(root, 'copy'), { recursive: true });
    const copy = await crew(['run', 'counting.crew.yaml'], { from: join(root, 'copy'), env: { HOME: root } });
    expect(copy.code).toBe(5);
    writeFileSync(join(folder, 'text.mjs'), 'export const now = () => 2;\n');
    expect((await run()).code).toBe(5);
  });

  test('is vouched for with --trust, and nothing is remembered', async () => {
    const vouched = await call('run', 'counting.crew.yaml', '--allow', 'text.*', '--trust');
    expect(vouched.code).toBe(0);
    expect((await run()).code).toBe(5);
  });

  test('needs no trust to be checked, planned or drawn', async () => {
    for (const command of ['check', 'plan', 'graph']) {
      expect((await call(command, 'counting.crew.yaml')).code).toBe(0);
    }
  });

  test('is trusted again where the list is damaged only after it was mended', async () => {
    await call('trust', 'counting.crew.yaml', '--yes');
    writeFileSync(trusted(), '{"version":1,"crews":[');
    const { code, stderr } = await run();
    expect(code).toBe(3);
    expect(stderr).toContain('is damaged');
  });

  test('is not trusted by halves where the list cannot be written', async () => {
    mkdirSync(join(root, '.config/crew'), { recursive: true });
    if (process.getuid?.() === 0) return;
    chmodSync(join(root, '.config/crew'), 0o500);
    expect((await call('trust', 'counting.crew.yaml', '--yes')).code).toBe(3);
  });
});

test('a crew with built-in tools alone needs no trust', async () => {
  writeFileSync(join(folder, 'inner.crew.yaml'), INNER);
  expect((await call('run', 'inner.crew.yaml')).code).toBe(0);
  const { code, stderr } = await call('trust', 'inner.crew.yaml');
  expect(code).toBe(0);
  expect(stderr).toContain('needs no trust');
});

describe('at a terminal', () => {
  let shown: string;
  let typed: string[];
  let asked: string[];
  const terminal = (): Terminal => ({
    ...libraryTerminal(folder, { ...process.env, HOME: root, XDG_CONFIG_HOME: undefined }),
    interactive: true,
    stderr: text => {
      shown += text;
    },
    readLine: async prompt => {
      asked.push(prompt);
      return typed.shift();
    },
  });
  beforeEach(() => {
    [shown, typed, asked] = ['', [], []];
  });
  const load = (file: string) => loadTrustedProgram(file, { terminal: terminal(), values: {} });

  test('a crew is shown and asked about once', async () => {
    typed = ['maybe', 'yes'];
    expect((await load('counting.crew.yaml')).crew).toBe('counting');
    expect(asked).toHaveLength(2);
    expect(shown).toContain('module text');
    await load('counting.crew.yaml');
    expect(asked).toHaveLength(2);
  });

  test.each([[['no']], [[]]])('%j is a no', async answers => {
    typed = [...answers];
    await expect(load('counting.crew.yaml')).rejects.toMatchObject({ code: 'CREW_UNTRUSTED' });
    await expect(load('counting.crew.yaml')).rejects.toMatchObject({ code: 'CREW_UNTRUSTED' });
  });

  test('a crew with a server that nobody has accepted goes from its first sight to its run', async () => {
    for (const name of ['notes.crew.yaml', 'notes-server.mjs', 'notes']) {
      cpSync(join(NOTES, name), join(folder, name), { recursive: true });
    }
    typed = ['yes', 'yes'];
    const program = await load('notes.crew.yaml');
    expect(program.tools.map(({ name }) => name)).toEqual([
      'notes.list_notes',
      'notes.read_note',
      'notes.write_note',
    ]);
    expect(asked).toHaveLength(2);
    expect(shown).toContain('starts   node notes-server.mjs notes');
    expect(shown).toContain('+ "write_note"');
    expect((await load('notes.crew.yaml')).hash).toBe(program.hash);
    expect(asked).toHaveLength(2);
  });

  test('no server is started before a yes, and nothing is written before the second one', async () => {
    for (const name of ['notes.crew.yaml', 'notes']) {
      cpSync(join(NOTES, name), join(folder, name), { recursive: true });
    }
    const server = readFileSync(join(NOTES, 'notes-server.mjs'), 'utf8');
    writeFileSync(join(folder, 'notes-server.mjs'), `${server}\nwriteFileSync('started', '');\n`);
    typed = ['no'];
    await expect(load('notes.crew.yaml')).rejects.toMatchObject({ code: 'CREW_UNTRUSTED' });
    expect(statSync(join(folder, 'started'), { throwIfNoEntry: false })).toBeUndefined();
    typed = ['yes', 'no'];
    await expect(load('notes.crew.yaml')).rejects.toMatchObject({ code: 'CREW_UNTRUSTED' });
    expect(statSync(join(folder, 'started'), { throwIfNoEntry: false })).toBeDefined();
    expect(statSync(join(folder, 'crew.lock'), { throwIfNoEntry: false })).toBeUndefined();
  });
});
