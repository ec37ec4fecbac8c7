import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
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

  test('taking away what is there last leaves the comments, and what is not there leaves all', async () => {
    mkdirSync(join(folder, '.crew'));
    const path = join(folder, '.crew/config.yaml');
    writeFileSync(path, '# ours\nreformulation:\n  enabled: true # since May\n\n# more\n');
    await config('set', 'reformulation.enabled', 'true', '--user');
    const taken = await config('unset', 'reformulation.enabled');
    expect(project()).toBe('# ours\n\n# more\n');
    expect(taken.stderr).toContain('reformulation.enabled is not set any more\n');
    const again = await config('unset', 'reformulation.enabled');
    expect([again.code, again.stderr]).toEqual([
      0,
      expect.stringMatching(
        /^\.crew\/config\.yaml: reformulation\.enabled is not set there\nwhat counts here is true, by /,
      ),
    ]);
    writeFileSync(path, 'reformulation: {enabled:   true}\n');
    await config('unset', 'memory.enabled');
    expect(project()).toBe('reformulation: {enabled:   true}\n');
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

  test('says what goes over the models of `crew ask`, and answers with JSON where that is asked for', async () => {
    const named = (...words: readonly string[]) =>
      crew(['config', ...words], { from: folder, env: { HOME: folder, CREW_MODEL: 'openai:other' } });
    const path = '.crew/config.yaml';
    const set = await named('set', 'parallel_processing.models', 'openai:a', '--json');
    const key = 'parallel_processing.models';
    expect(JSON.parse(set.stdout)).toEqual({ version: 1, file: path, key, value: ['openai:a'] });
    expect(set.stderr).toBe('what counts here is openai:other, by CREW_MODEL\n');
    const { stdout } = await named('list', '--show-origin');
    expect(stdout).toMatch(
      /^parallel_processing\.models +openai:a +\.crew\/config\.yaml; CREW_MODEL goes over it$/m,
    );
    expect(stdout).toMatch(/^parallel_processing\.summarizer\.model .* built in; CREW_MODEL goes over it$/m);
    expect(stdout).toMatch(/^memory\.embedder .* built in$/m);
    const { settings } = JSON.parse((await named('list', '--json')).stdout);
    expect(settings[0]).toEqual({ key, value: ['openai:a'], origin: path, overriddenBy: 'CREW_MODEL' });
    const unset = await named('unset', key, '--json');
    expect(JSON.parse(unset.stdout)).toEqual({ version: 1, file: path, key, value: null });
    expect(JSON.parse((await named('unset', key, '--json')).stdout)).toMatchObject({ key, value: null });
    const variable = {
      HOME: folder,
      CREW_MODEL: 'openai:other',
      CREW_PARALLEL_PROCESSING_MODELS: 'openai:v',
    };
    const over = await crew(['config', 'list', '--show-origin'], { from: folder, env: variable });
    expect(over.stdout).toMatch(/^parallel_processing\.models +openai:v +CREW_PARALLEL_PROCESSING_MODELS$/m);
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

  test('several at once are all kept', async () => {
    const changes = [
      ['reformulation.model', 'openai:a'],
      ['reformulation.enabled', 'true'],
      ['memory.enabled', 'false'],
      ['memory.store', 'notes'],
      ['parallel_processing.models', 'openai:b'],
      ['parallel_processing.ui.show_summary', 'false'],
    ] as const;
    const ended = await Promise.all(changes.map(([key, value]) => config('set', key, value)));
    expect(ended.map(({ code }) => code)).toEqual(changes.map(() => 0));
    const { settings } = JSON.parse((await config('list', '--json')).stdout);
    const set = settings.filter(({ value }: { value: unknown }) => value !== null);
    expect(
      set.map(({ key, value }: { key: string; value: unknown }) => [key, String(value)]).toSorted(),
    ).toEqual(changes.map(pair => [...pair]).toSorted());
  });

  test('a value orders no screen around, and lines end as they did; a link stays one', async () => {
    mkdirSync(join(folder, '.crew'));
    writeFileSync(join(folder, 'kept.yaml'), '# ours\r\nreformulation:\r\n  enabled: true\r\n');
    symlinkSync('../kept.yaml', join(folder, '.crew/config.yaml'));
    const { code, stderr } = await config('set', 'memory.store', 'a\u001b[31mb');
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('\u001b')]);
    expect(lstatSync(join(folder, '.crew/config.yaml')).isSymbolicLink()).toBe(true);
    const text = readFileSync(join(folder, 'kept.yaml'), 'utf8');
    expect(text).toMatch(/^# ours\r\nreformulation:\r\n {2}enabled: true\r\nmemory:\r\n.*\r\n$/);
  });

  test('what goes over a setting that was set is said', async () => {
    const env = { XDG_CONFIG_HOME: join(folder, 'mine'), CREW_REFORMULATION_MODEL: 'openai:tiny' };
    const set = await crew(['config', 'set', 'reformulation.model', 'openai:b'], { from: folder, env });
    expect(set.stderr).toContain('what counts here is openai:tiny, by CREW_REFORMULATION_MODEL\n');
    const mine = await config('set', 'reformulation.model', 'openai:c', '--user');
    expect(mine.stderr).toContain('what counts here is openai:b, by .crew/config.yaml\n');
  });

  test('a misspelled variable and a folder in the place of the file are told', async () => {
    const env = { CREW_REFORMULATION_MODLE: 'openai:a', CREW_MEMORY_PLACE_OF_ALL: 'x', CREW_OTHER_TOOL: '1' };
    const { code, stderr } = await crew(['config', 'list'], { from: folder, env });
    expect([code, stderr.split('\n').filter(Boolean)]).toEqual([
      0,
      [
        'settings: `CREW_REFORMULATION_MODLE` is no setting, so it is not read; did you mean `CREW_REFORMULATION_MODEL`?',
        'settings: `CREW_MEMORY_PLACE_OF_ALL` is no setting, so it is not read',
      ],
    ]);
    mkdirSync(join(folder, '.crew/config.yaml'), { recursive: true });
    const listed = await config('list');
    expect([listed.code, listed.stderr]).toEqual([
      2,
      expect.stringContaining('expected a file, and `.crew/config.yaml` is a folder'),
    ]);
  });

  test.each([
    [['set', 'parallel_processing.models', '["openai:a","openai:b"]'], 'with commas between them'],
    [
      ['set', 'memory.embedder', 'word2vec'],
      '`none`, `static`, `use`, `openai:NAME`, `ollama:NAME` or `llama:PATH`',
    ],
    [['get', 'parallel_processing.model'], 'did you mean `parallel_processing.models`?'],
    [['set', 'parallel_processing.ui.show_summary', 'perhaps'], 'is true or false'],
    [['set', 'parallel_processing.models'], 'expected `list`'],
    [['frob'], '`list`'],
    [[], 'expected `list`'],
  ])('refuses %j', async (words, message) => {
    const { code, stderr } = await config(...words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
