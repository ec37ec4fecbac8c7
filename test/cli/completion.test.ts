import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { completeWords } from '../../src/cli/completion/complete-words.ts';
import { GLOBAL_FLAGS } from '../../src/cli/flags.ts';
import { crew, crewProgram } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';

const RUNS = [
  { value: 'abc123', about: 'review, success' },
  { value: 'def456', about: 'hello, open' },
];

const MODELS = [
  { value: 'ollama:qwen3', about: 'Ollama' },
  { value: 'openai:gpt-5-mini', about: 'ready' },
];

async function complete(...words: readonly string[]) {
  const { candidates, files } = await completeWords(words, {
    commands: COMMANDS,
    flags: GLOBAL_FLAGS,
    runs: async () => RUNS,
    phases: async run => [{ value: `phase-of-${run}`, about: 'role' }],
    prompts: async () => [{ value: 'merge', about: 'prompts' }],
    versions: async prompt => [{ value: `${prompt}@production`, about: '' }],
    models: async () => MODELS,
  });
  return { values: candidates.map(({ value }) => value), files };
}

describe('what may stand for a word', () => {
  test('first a command, and none that is hidden', async () => {
    const { values } = await complete('');
    expect(values).toContain('run');
    expect(values.filter(value => value.startsWith('_'))).toEqual([]);
    expect((await complete('sh')).values).toEqual(['show']);
  });

  test('a flag of the command or of all of them', async () => {
    expect((await complete('run', '--max-')).values).toEqual([
      '--max-calls',
      '--max-tokens',
      '--max-usd',
      '--max-time',
    ]);
    expect((await complete('ps', '--js')).values).toEqual(['--json']);
  });

  test('a switch that is taken back, where somebody begins to', async () => {
    const { values } = await complete('ask', '--no-');
    expect(values).toEqual(expect.arrayContaining(['--no-input', '--no-summary', '--no-reformulate']));
    expect(values.filter(value => /^--no-(no-|help|version|models)/.test(value))).toEqual([]);
    expect((await complete('ask', '--no-summ')).values).toEqual(['--no-summary']);
    expect((await complete('ask', '--s')).values).not.toContain('--no-summary');
  });

  test('a model behind a flag for one, also behind others and behind a role', async () => {
    const uses = MODELS.map(({ value }) => value);
    expect((await complete('run', 'a.crew.yaml', '--model', '')).values).toEqual(uses);
    expect((await complete('run', '--model', 'critic=oll')).values).toEqual(['critic=ollama:qwen3']);
    expect((await complete('ask', '--summarizer', 'op')).values).toEqual(['openai:gpt-5-mini']);
    expect((await complete('ask', '--models', 'ollama:qwen3,')).values).toEqual([
      'ollama:qwen3,openai:gpt-5-mini',
    ]);
  });

  test('a run behind --continue, and no file', async () => {
    expect(await complete('ask', '--continue', '')).toEqual({ values: ['abc123', 'def456'], files: false });
  });

  test('a setting and what it may be', async () => {
    expect((await complete('config', 'get', 'refor')).values).toEqual([
      'reformulation.enabled',
      'reformulation.model',
      'reformulation.prompt',
      'reformulation.custom_prompt_path',
    ]);
    expect((await complete('config', 'unset', 'memory.en')).values).toEqual(['memory.enabled']);
    expect((await complete('config', 'set', 'memory.enabled', '')).values).toEqual(['true', 'false']);
    expect((await complete('config', 'set', 'reformulation.model', 'oll')).values).toEqual(['ollama:qwen3']);
    expect((await complete('config', 'set', 'parallel_processing.models', 'x,op')).values).toEqual([
      'x,openai:gpt-5-mini',
    ]);
    expect((await complete('config', 'set', 'reformulation.custom_prompt_path', '')).files).toBe(true);
    expect(await complete('config', 'set', 'memory.embedder', '')).toEqual({ values: [], files: false });
  });

  test('a run where the usage says RUN, also after flags with values', async () => {
    expect((await complete('show', '')).values).toEqual(['abc123', 'def456']);
    expect((await complete('diff', 'abc123', 'd')).values).toEqual(['def456']);
    expect((await complete('--cwd', '/x', 'why', 'a')).values).toEqual(['abc123']);
  });

  test('a phase of the run that was named before', async () => {
    expect((await complete('why', 'abc', '')).values).toEqual(['phase-of-abc']);
  });

  test('names of files where a file is meant', async () => {
    expect(await complete('run', 'crews/')).toEqual({ values: [], files: true });
    expect(await complete('check', 'a.yaml', '')).toEqual({ values: [], files: true });
    expect(await complete('run', '--inputs', '')).toEqual({ values: [], files: true });
  });

  test('words of the command itself', async () => {
    expect((await complete('completion', '')).values).toEqual(['bash', 'zsh', 'fish']);
  });

  test('nothing where nobody can know', async () => {
    expect(await complete('run', '--max-calls', '')).toEqual({ values: [], files: false });
    expect(await complete('explain', '')).toEqual({ values: [], files: false });
  });
});

describe('crew completion', () => {
  let folder = '';
  beforeAll(() => {
    folder = makeFolder();
    const program = join(folder, 'crew');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${crewProgram()}' "$@"\n`);
    chmodSync(program, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What bash offers for the last of the words, as its completion does it. */
  function inBash(...words: readonly string[]): readonly string[] {
    const script = `source <(crew completion bash)
compopt() { COMPREPLY+=("files"); }
COMP_WORDS=(crew ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_crew; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder };
    return execFileSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' }).trim().split('\n');
  }

  test('bash completes commands, runs, phases and files', async () => {
    const hello = 'version: 1\ncrew: hello\ngoal: Greet.\ntools: { files: builtin:files }\nstart: look\n';
    const phases =
      'phases:\n  look: { tool: files.list, with: { path: . }, next: done }\n  done: { end: success }\n';
    writeFileSync(join(folder, 'hello.crew.yaml'), hello + phases);
    await crew(['run', 'hello.crew.yaml', '--run-id', 'first'], { from: folder });
    expect(inBash('expo')).toEqual(['export']);
    expect(inBash('show', '')).toEqual(['first']);
    expect(inBash('why', 'first', 'l')).toEqual(['look']);
    expect(inBash('show', '--cwd', '/', '')).toEqual(['']);
    expect(inBash('run', '')).toEqual(['files']);
  });

  test('bash takes a model for one word, though it cuts it at the colon', () => {
    const script = `source <(crew completion bash)
COMP_WORDS=(crew ask --models openai : gpt-5-m); COMP_CWORD=5
COMP_LINE='crew ask --models openai:gpt-5-m'; COMP_POINT=\${#COMP_LINE}
_crew; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: folder };
    const offered = execFileSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' });
    expect(offered.trim().split('\n')).toEqual(['gpt-5-mini']);
    // People may have told bash to leave colons alone.
    const whole = script.replace('openai : gpt-5-m); COMP_CWORD=5', 'openai:gpt-5-m); COMP_CWORD=3');
    const again = execFileSync('bash', ['-c', whole], { cwd: folder, env, encoding: 'utf8' });
    expect(again.trim().split('\n')).toEqual(['openai:gpt-5-mini']);
  });

  test('each shell has its script; another word is a mistake', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await crew(['completion', shell]);
      expect({ code, asks: stdout.includes('crew __complete') }).toEqual({ code: 0, asks: true });
    }
    const { code, stderr } = await crew(['completion', 'zhs']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean `zsh`?');
  });
});
