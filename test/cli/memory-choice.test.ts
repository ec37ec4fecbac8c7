import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { libraryTerminal } from '../../src/cli/library-terminal.ts';
import { chooseMemory, chooseRunMemory, wantsMemory } from '../../src/cli/memory/choose-memory.ts';
import { programStarts } from '../../src/cli/program-starts.ts';
import { requireTrust } from '../../src/cli/require-trust.ts';
import { requireTrustedRun } from '../../src/cli/require-trusted-run.ts';
import { needsTrust, trustText } from '../../src/cli/trust-text.ts';
import type { CrewMemory } from '../../src/model/crew-memory.ts';
import { wrongMemoryPlace } from '../../src/model/memory-place.ts';
import { crew } from '../e2e/crew-process.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'memory-choice-')));
  mkdirSync(join(folder, '.crew'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const choose = (
  declared: { store?: string; embedder?: string; byPerson?: boolean },
  settings = '',
  values = {},
) => {
  if (settings !== '') writeFileSync(join(folder, '.crew', 'config.yaml'), settings);
  const terminal = libraryTerminal(folder, { HOME: folder });
  return chooseMemory(declared, { values, terminal });
};

/** The same with settings of the person, for all projects. */
const chooseOfPerson = (settings: string) => {
  mkdirSync(join(folder, '.config', 'crew'), { recursive: true });
  writeFileSync(join(folder, '.config', 'crew', 'config.yaml'), settings);
  return choose({});
};

describe('the place of a memory', () => {
  test('is beside the runs where nobody names one', async () => {
    expect(await choose({})).toEqual({ place: join(folder, '.crew', 'memory'), embedder: 'static' });
    const elsewhere = await choose({}, '', { 'state-dir': join(folder, 'state') });
    expect(elsewhere.place).toBe(join(folder, 'state', 'memory'));
  });

  test('is that of the crew, else of the settings', async () => {
    const settings = 'memory: { store: team, embedder: none }\n';
    expect(await choose({}, settings)).toEqual({ place: join(folder, 'team'), embedder: 'none' });
    expect(await choose({ store: 's3://bucket/memory' }, settings)).toEqual({
      place: 's3://bucket/memory',
      embedder: 'none',
    });
  });

  test.each(['../beside', '/elsewhere', 'a/../../b'])(
    'of a crew is never %s, out of the workspace',
    async store => {
      await expect(choose({ store })).rejects.toMatchObject({ code: 'MEMORY_UNAVAILABLE' });
    },
  );

  test('of a crew is not where a link leads out of the workspace, of a person it may be', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'memory-outside-')));
    onTestFinished(() => rmSync(outside, { recursive: true }));
    symlinkSync(outside, join(folder, 'link'));
    await expect(choose({ store: 'link/memory' })).rejects.toMatchObject({ code: 'MEMORY_UNAVAILABLE' });
    expect((await chooseOfPerson('memory: { store: link }\n')).place).toBe(join(folder, 'link'));
    symlinkSync(join(folder, '.crew'), join(folder, 'inside'));
    expect((await choose({ store: 'inside/memory' })).place).toBe(join(folder, 'inside', 'memory'));
  });

  test('of a person may be anywhere', async () => {
    expect((await chooseOfPerson('memory: { store: ../beside }\n')).place).toBe(join(folder, '..', 'beside'));
    expect((await chooseOfPerson('memory: { store: "s3://mine/notes" }\n')).place).toBe('s3://mine/notes');
    const env = { HOME: folder, CREW_MEMORY_STORE: '/elsewhere/notes' };
    const where = { values: {}, terminal: libraryTerminal(folder, env) };
    expect((await chooseMemory({}, where)).place).toBe('/elsewhere/notes');
  });

  test.each(['../beside', '/elsewhere', 's3://stranger/bucket', '~/notes'])(
    'of the settings of a project is never %s: a stranger may have written them',
    async store => {
      const failing = choose({}, `memory: { store: "${store}" }\n`);
      await expect(failing).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
      await expect(failing).rejects.toThrow(/of `.crew\/config.yaml`.*`crew config set --user memory.store/);
    },
  );

  test('that a project may not name is not put into its settings either, with the way to do it', async () => {
    const { code, stderr } = await crew(['config', 'set', 'memory.store', '/elsewhere'], { from: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('`crew config set --user memory.store /elsewhere`');
    expect(existsSync(join(folder, '.crew', 'config.yaml'))).toBe(false);
  });

  test('that the settings of a project may not name is a finding of crew doctor', async () => {
    writeFileSync(join(folder, '.crew', 'config.yaml'), 'memory: { store: /elsewhere }\n');
    const { stdout } = await crew(['doctor', '--json'], { from: folder });
    expect(JSON.parse(stdout).findings).toContainEqual({
      about: 'settings',
      state: 'problem',
      text: expect.stringContaining('leads out of the workspace'),
    });
  });

  test('of the settings of a project is not where a link leads out of it', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'memory-outside-')));
    onTestFinished(() => rmSync(outside, { recursive: true }));
    symlinkSync(outside, join(folder, 'link'));
    await expect(choose({}, 'memory: { store: link }\n')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  test('begins in the home of a person with ~, and such a place of a crew leads out of its workspace', async () => {
    expect((await chooseOfPerson('memory: { store: ~/mem }\n')).place).toBe(join(folder, 'mem'));
    expect((await choose({ store: '~', byPerson: true })).place).toBe(folder);
    expect((await choose({ store: '~mem', byPerson: true })).place).toBe(join(folder, '~mem'));
    await expect(choose({ store: '~/mem' })).rejects.toMatchObject({ code: 'MEMORY_UNAVAILABLE' });
    expect(wrongMemoryPlace('~/mem')).toContain('not a folder below the workspace');
    expect(wrongMemoryPlace('~')).toContain('not a folder below the workspace');
    expect(wrongMemoryPlace('~mem')).toBeUndefined();
  });

  test('of a person who types it may be anywhere', async () => {
    expect((await choose({ store: '/nonexistent/x', byPerson: true })).place).toBe('/nonexistent/x');
  });

  test('holds no password', async () => {
    const failing = choose({ store: 's3://key:secret@bucket/memory' });
    await expect(failing).rejects.toMatchObject({ code: 'MEMORY_UNAVAILABLE' });
    await expect(failing).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
    const ofProject = choose({}, 'memory: { store: "s3://key:secret@bucket/memory" }\n');
    await expect(ofProject).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });
});

test('memory is wanted unless a flag or a setting says otherwise, and the flag goes first', async () => {
  const terminal = libraryTerminal(folder, { HOME: folder });
  expect(await wantsMemory({}, terminal)).toBe(true);
  writeFileSync(join(folder, '.crew', 'config.yaml'), 'memory: { enabled: false }\n');
  expect(await wantsMemory({}, terminal)).toBe(false);
  expect(await wantsMemory({ memory: 'on' }, terminal)).toBe(true);
  await expect(wantsMemory({ memory: 'maybe' }, terminal)).rejects.toMatchObject({ code: 'USAGE' });
});

describe('the file of a model', () => {
  test('is found from the workspace, or from the home of a person', async () => {
    expect((await choose({ embedder: 'llama:models/a b.gguf' })).embedder).toBe(
      `llama:${join(folder, 'models/a b.gguf')}`,
    );
    const settings = 'memory: { embedder: "llama:~/a.gguf" }\n';
    expect((await chooseOfPerson(settings)).embedder).toBe(`llama:${join(folder, 'a.gguf')}`);
    expect((await choose({ embedder: 'llama:/models/a.gguf' })).embedder).toBe('llama:/models/a.gguf');
    expect((await choose({ embedder: 'ollama:models/a' })).embedder).toBe('ollama:models/a');
  });

  test('is never named by the settings of a project: native code would read what a stranger has put there', async () => {
    const failing = choose({}, 'memory: { embedder: "llama:models/a.gguf" }\n');
    await expect(failing).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(failing).rejects.toThrow(/of `.crew\/config.yaml`.*`crew config set --user memory.embedder/);
    expect((await choose({ embedder: 'none' })).embedder).toBe('none');
  });

  test('does not count where a crew inside another one names it', async () => {
    const inner = { embedder: 'llama:a.gguf', store: 'theirs' } as CrewMemory;
    const where = { values: {}, terminal: libraryTerminal(folder, { HOME: folder }) };
    expect(await chooseRunMemory({}, inner, where)).toMatchObject({ embedder: 'static' });
    const own = await chooseRunMemory({ memory: inner }, inner, where);
    expect(own.embedder).toBe(`llama:${join(folder, 'a.gguf')}`);
  });

  test('that a crew names is trusted first, and shown; so is a recorded run with it', async () => {
    const crew = { memory: { embedder: 'llama:models/a b.gguf' } };
    const loaded = { toolsets: [], sources: new Map(), crew } as never;
    expect(needsTrust(loaded)).toBe(true);
    const subject = { file: 'a.crew.yaml', rows: [], workspace: folder, columns: 200 };
    expect(trustText(loaded, subject)).toContain(
      'loads    "models/a b.gguf", a model that native code reads',
    );
    const file = join(folder, 'a.crew.yaml');
    writeFileSync(file, '');
    const terminal = libraryTerminal(folder, { HOME: folder });
    await expect(requireTrust({ file, loaded, values: {}, terminal })).rejects.toThrow(
      /loads a model of its own: `crew trust/,
    );
    const program = { toolsets: {}, tools: [], ...crew } as never;
    expect(programStarts(program, folder)).toHaveLength(1);
    const run = { runId: 'r1', program, workspace: folder, command: 'crew resume r1' };
    const said: string[] = [];
    const asked = {
      ...terminal,
      interactive: true,
      stderr: (text: string) => said.push(text),
      readLine: async () => 'no',
    };
    await expect(requireTrustedRun({ ...run, values: {}, terminal: asked })).rejects.toMatchObject({
      code: 'CREW_UNTRUSTED',
    });
    expect(said.join('')).toContain('"models/a b.gguf"');
  });
});

test('a crew that sends its memory to an address is trusted first, and shows where to', async () => {
  const memory = (store?: string): CrewMemory => ({
    ...(store === undefined ? {} : { store }),
    ...{ scoring: 'hybrid', blocks: [], stream: { weights: {}, halfLifeMs: 1, threshold: 0 }, pinned: true },
  });
  const loaded = (store?: string) => ({ toolsets: [], crew: { memory: memory(store) } }) as never;
  expect(needsTrust(loaded())).toBe(false);
  expect(needsTrust(loaded('folder'))).toBe(false);
  expect(needsTrust(loaded('s3://stranger/bucket'))).toBe(true);
  const subject = { file: 'a.crew.yaml', rows: [], workspace: folder, columns: 200 };
  expect(trustText(loaded('s3://stranger/bucket'), subject)).toContain('s3://stranger/bucket');
  const file = join(folder, 'a.crew.yaml');
  writeFileSync(file, '');
  const terminal = libraryTerminal(folder, { HOME: folder });
  const place = {
    toolsets: [],
    sources: new Map(),
    crew: { memory: memory('s3://stranger/bucket') },
  } as never;
  await expect(requireTrust({ file, loaded: place, values: {}, terminal })).rejects.toThrow(
    /keeps what it remembers at an address: `crew trust/,
  );
});
