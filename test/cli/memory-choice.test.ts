import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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
    expect((await choose({}, 'memory: { store: link }\n')).place).toBe(join(folder, 'link'));
    symlinkSync(join(folder, '.crew'), join(folder, 'inside'));
    expect((await choose({ store: 'inside/memory' })).place).toBe(join(folder, 'inside', 'memory'));
  });

  test('of a person may be anywhere', async () => {
    expect((await choose({}, 'memory: { store: ../beside }\n')).place).toBe(join(folder, '..', 'beside'));
  });

  test('of a person who types it may be anywhere', async () => {
    expect((await choose({ store: '/nonexistent/x', byPerson: true })).place).toBe('/nonexistent/x');
  });

  test('holds no password', async () => {
    const failing = choose({ store: 's3://key:secret@bucket/memory' });
    await expect(failing).rejects.toMatchObject({ code: 'MEMORY_UNAVAILABLE' });
    await expect(failing).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
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
    expect((await choose({}, settings)).embedder).toBe(`llama:${join(folder, 'a.gguf')}`);
    expect((await choose({ embedder: 'llama:/models/a.gguf' })).embedder).toBe('llama:/models/a.gguf');
    expect((await choose({ embedder: 'ollama:models/a' })).embedder).toBe('ollama:models/a');
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
