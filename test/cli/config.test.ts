import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crew } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

describe('crew config', () => {
  let folder = '';
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const config = (...words: readonly string[]) =>
    crew(['config', ...words], { from: folder, env: { XDG_CONFIG_HOME: join(folder, 'mine') } });
  const project = (): string => readFileSync(join(folder, '.crew/config.yaml'), 'utf8');

  test('sets, gets and takes away a setting of the project', async () => {
    const set = await config('set', 'parallel_processing.models', 'openai:a, anthropic:b');
    expect(set.code).toBe(0);
    expect(set.stderr).toBe('.crew/config.yaml: parallel_processing.models is openai:a, anthropic:b\n');
    expect((await config('get', 'parallel_processing.models')).stdout).toBe('openai:a, anthropic:b\n');
    await config('unset', 'parallel_processing.models');
    const got = await config('get', 'parallel_processing.models');
    expect({ code: got.code, stdout: got.stdout }).toEqual({ code: 1, stdout: '' });
  });

  test('the project wins over the person, and the list says where each value stands', async () => {
    await config('set', 'parallel_processing.ui.show_summary', 'false', '--user');
    await config('set', 'parallel_processing.summarizer.model', 'openai:mine', '--user');
    await config('set', 'parallel_processing.summarizer.model', 'openai:ours');
    const { stdout } = await config('list', '--show-origin');
    expect(stdout).toMatch(/summarizer\.model +openai:ours +\.crew\/config\.yaml/);
    expect(stdout).toMatch(/show_summary +false +.*mine\/crew\/config\.yaml/);
    expect(stdout).toMatch(/\.models +\(not set: what `auto` stands for\) +built in/);
    const { settings } = JSON.parse((await config('list', '--json')).stdout);
    expect(settings).toContainEqual({
      key: 'parallel_processing.summarizer.model',
      value: 'openai:ours',
      origin: '.crew/config.yaml',
    });
  });

  test('a variable of the environment goes over both files, and is checked like them', async () => {
    await config('set', 'reformulation.model', 'openai:ours');
    await config('set', 'reformulation.enabled', 'true', '--user');
    const env = {
      XDG_CONFIG_HOME: join(folder, 'mine'),
      CREW_REFORMULATION_MODEL: 'openai:tiny',
      CREW_PARALLEL_PROCESSING_MODELS: 'openai:a, offline',
      CREW_MODEL: 'openai:b',
    };
    const { stdout } = await crew(['config', 'list', '--show-origin'], { from: folder, env });
    expect(stdout).toMatch(/reformulation\.model +openai:tiny +CREW_REFORMULATION_MODEL\n/);
    expect(stdout).toMatch(/reformulation\.enabled +true +.*mine\/crew\/config\.yaml/);
    expect(stdout).toMatch(/processing\.models +openai:a, offline +CREW_PARALLEL_PROCESSING_MODELS\n/);
    expect(stdout).toMatch(/CREW_MODEL +openai:b +the environment\n/);
    const wrong = { ...env, CREW_REFORMULATION_MODEL: 'tiny' };
    const refused = await crew(['config', 'get', 'reformulation.model'], { from: folder, env: wrong });
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('--> CREW_REFORMULATION_MODEL:2:10');
    const neither = { ...env, CREW_REFORMULATION_ENABLED: 'perhaps' };
    const said = await crew(['config', 'list'], { from: folder, env: neither });
    expect([said.code, said.stderr]).toEqual([
      2,
      expect.stringContaining('`CREW_REFORMULATION_ENABLED` is true or false'),
    ]);
  });

  test('a model may be written in its two parts', async () => {
    mkdirSync(join(folder, '.crew'));
    const text = 'reformulation: { model: { provider: openai, model: gpt-5-nano } }\n';
    writeFileSync(join(folder, '.crew/config.yaml'), text);
    expect((await config('get', 'reformulation.model')).stdout).toBe('openai:gpt-5-nano\n');
  });

  test('keeps comments and everything else in the file', async () => {
    mkdirSync(join(folder, '.crew'));
    const before = '# ours\nparallel_processing:\n  models: [openai:a] # cheap\nx-note: kept\n';
    writeFileSync(join(folder, '.crew/config.yaml'), before);
    await config('set', 'parallel_processing.ui.show_summary', 'true');
    for (const part of ['# ours', '# cheap', 'x-note: kept', 'show_summary: true'])
      expect(project()).toContain(part);
  });

  test('writes nothing that would be an error, and nothing over one', async () => {
    const wrong = await config('set', 'parallel_processing.models', 'nonsense');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('error[CONFIG_INVALID]');
    expect(existsSync(join(folder, '.crew/config.yaml'))).toBe(false);
    mkdirSync(join(folder, '.crew'), { recursive: true });
    writeFileSync(join(folder, '.crew/config.yaml'), 'paralel_processing: {}\n');
    expect((await config('set', 'parallel_processing.ui.show_summary', 'true')).code).toBe(2);
    expect(project()).toBe('paralel_processing: {}\n');
  });

  test.each([
    [['get', 'parallel_processing.model'], 'did you mean `parallel_processing.models`?'],
    [['set', 'parallel_processing.ui.show_summary', 'perhaps'], 'is true or false'],
    [['set', 'parallel_processing.models'], 'expected `list`'],
    [['frob'], 'expected `list`'],
    [[], 'expected `list`'],
  ])('refuses %j', async (words, message) => {
    const { code, stderr } = await config(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
