import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { completeWords } from '../../src/cli/completion/complete-words.ts';
import { GLOBAL_FLAGS } from '../../src/cli/flags.ts';
import { crew, crewProgram } from '../e2e/crew-process.ts';
import { makeFolder } from '../tools/git-repository.ts';
import { makePromptRepository } from './prompts/prompt-repository.ts';
import { haiku, makePlace } from './recorded-crews.ts';

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
    prompts: async () => ['merge', '_style'].map(value => ({ value, about: 'prompts' })),
    versions: async prompt => [{ value: `${prompt}@production`, about: '' }],
    labels: async prompt => [{ value: `label-of-${prompt}`, about: '' }],
    crewNames: async ({ file, phase = 'any', names }) => [{ value: `${names}-${file}-${phase}`, about: '' }],
    runNames: async ({ run, phase = 'all', names }) => [{ value: `${names}-${run}-${phase}`, about: '' }],
    models: async () => MODELS,
  });
  return { values: candidates.map(({ value }) => value), files };
}

/** Types each line into a zsh at a terminal, with a tab behind it, and tells what stands on the line then. */
const IN_ZSH = `zmodload zsh/zpty
zpty -b z zsh -f -i
wait_for() {
  local out all= i
  for i in {1..300}; do
    if zpty -r -t z out; then all+=$out; [[ $all == *$1* ]] && break; else sleep 0.1; fi
  done
  REPLY=$all
}
show='show() { print -r -- "<<$BUFFER>>" }; zle -N show; bindkey "^Xs" show'
zpty -w z "PS1=; autoload -Uz compinit; compinit -u -D; source <(crew completion zsh); $show; print DO''NE"
wait_for DONE
for line in "$@"; do
  zpty -w -n z "$line"$'\\t'
  zpty -w -n z $'\\C-xs\\C-u'
  wait_for '>>'
  print -r -- "\${\${REPLY##*<<}%%>>*}|"
done
zpty -d z`;

function hasZsh(): boolean {
  const { status } = spawnSync('zsh', ['-f', '-c', 'zmodload zsh/zpty']);
  return status === 0;
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
      '--max-tool-calls',
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

  test('the first word alone is the command, whatever others are called', async () => {
    const uses = MODELS.map(({ value }) => value);
    expect((await complete('ask', 'run', '--models', '')).values).toEqual(uses);
    expect((await complete('--cwd', 'run', 'show', '')).values).toEqual(['abc123', 'def456']);
    expect((await complete('show', 'run', '')).values).toEqual(['phase-of-run']);
    expect((await complete('why', '--plain')).values).toEqual(['--plain']);
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

  test('only flags of the verb, and those of every command', async () => {
    const { values } = await complete('prompt', 'pin', '--');
    expect(values).toEqual(expect.arrayContaining(['--all', '--json']));
    expect(values).not.toContain('--phase');
    expect((await complete('prompt', 'list', '--a')).values).toEqual([]);
    expect((await complete('prompt', '--al')).values).toEqual(['--all']);
  });

  test('a label where one is put on a prompt, and no partial where prompts are locked', async () => {
    expect((await complete('prompt', 'tag', 'merge', '')).values).toEqual(['label-of-merge']);
    expect((await complete('prompt', 'pin', '')).values).toEqual(['merge']);
    expect((await complete('prompt', 'log', '')).values).toEqual(['merge', '_style']);
  });

  test('what a flag names in the crew file or the run before it', async () => {
    const render = ['prompt', 'render', 'a.yaml'];
    expect((await complete(...render, '--phase', '')).values).toEqual(['phases-a.yaml-any']);
    expect((await complete(...render, '--phase', 'p', '--role', '')).values).toEqual(['roles-a.yaml-p']);
    expect((await complete(...render, '--with', '')).values).toEqual(['artifacts-a.yaml-any']);
    expect(await complete('prompt', 'render', '--phase', '')).toEqual({ values: [], files: false });
    expect((await complete('show', 'abc', '--prompt', '')).values).toEqual(['calls-abc-all']);
    expect((await complete('show', 'abc', 'w', '--artifact', '')).values).toEqual(['artifacts-abc-w']);
  });

  test('what a flag takes, also behind its `=`', async () => {
    expect((await complete('run', '--model=openai')).values).toEqual(['--model=openai:gpt-5-mini']);
    expect((await complete('prompt', 'render', 'a.yaml', '--phase=ph')).values).toEqual([
      '--phase=phases-a.yaml-any',
    ]);
    expect((await complete('run', '--memory', '')).values).toEqual(['on', 'off']);
    expect((await complete('prompt', 'render', 'a.yaml', '--memory=o')).values).toEqual([
      '--memory=on',
      '--memory=off',
    ]);
    expect(await complete('run', '--inputs=')).toEqual({ values: [], files: true });
    expect(await complete('run', '--json=')).toEqual({ values: [], files: false });
  });

  test('nothing where nobody can know', async () => {
    expect(await complete('run', '--max-calls', '')).toEqual({ values: [], files: false });
    expect(await complete('explain', '')).toEqual({ values: [], files: false });
  });
});

describe('what the product offers', () => {
  async function offered(from: string, ...words: readonly string[]) {
    const { code, stdout, stderr } = await crew(['__complete', '--', ...words], { from });
    const values = stdout
      .split('\n')
      .filter(Boolean)
      .map(line => line.split('\t')[0]);
    return { code, stderr, values };
  }
  const answered = (...values: readonly string[]) => ({ code: 0, stderr: '', values });

  test('names of a crew file and of a run; nothing of what is broken or not there', async () => {
    const { folder, run } = makePlace();
    const id = await run(...haiku('kind'));
    const render = ['prompt', 'render', 'haiku.crew.yaml'];
    expect(await offered(folder, ...render, '--phase', '')).toEqual(answered('write', 'review'));
    expect(await offered(folder, ...render, '--role', '')).toEqual(answered('poet', 'critic'));
    expect(await offered(folder, ...render, '--phase', 'write', '--role', '')).toEqual(answered('poet'));
    expect(await offered(folder, ...render, '--with', '')).toEqual(answered('look=', 'write=', 'review='));
    expect(await offered(folder, 'show', id, '--prompt', 'write:2')).toEqual(answered('write:2:1/model-1'));
    expect(await offered(folder, 'show', id, '--artifact', '')).toEqual(answered('look', 'write', 'review'));
    writeFileSync(join(folder, 'broken.crew.yaml'), 'version: 1\nphases: [');
    for (const file of ['broken.crew.yaml', 'none.crew.yaml', '.'])
      expect(await offered(folder, 'prompt', 'render', file, '--phase', '')).toEqual(answered());
    expect(await offered(folder, 'show', 'none', '--prompt', '')).toEqual(answered());
    expect(await offered(folder, 'show', id, 'none', '--artifact', '')).toEqual(answered());
    rmSync(folder, { recursive: true, force: true });
  });

  test('labels that are there, also those of other prompts', async () => {
    const repository = makePromptRepository();
    repository.prompt('one');
    repository.prompt('two', 'prompts/other.prompt.md');
    repository.commit('first');
    await repository.crew('prompt', 'tag', 'merge', 'production');
    expect(await offered(repository.path, 'prompt', 'tag', 'merge', '')).toEqual(answered('production'));
    expect(await offered(repository.path, 'prompt', 'tag', 'other', 'p')).toEqual(answered('production'));
    expect(await offered(repository.path, 'prompt', 'tag', 'none', '')).toEqual(answered());
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
    expect(inBash('show', '--cwd=/', '')).toEqual(['']);
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

  test('bash leaves no space behind a name whose value follows', async () => {
    const { folder: place } = makePlace();
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: place, TERM: 'dumb' };
    const script = (words: string, typed: string) => `source <(crew completion bash)
compopt() { COMPREPLY+=("$*"); }
COMP_WORDS=(crew ${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
COMP_LINE='crew ${typed}'; COMP_POINT=\${#COMP_LINE}
_crew; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const inBash = (words: string, typed: string): readonly string[] =>
      execFileSync('bash', ['-c', script(words, typed)], { cwd: place, env, encoding: 'utf8' })
        .trim()
        .split('\n');
    const render = 'prompt render haiku.crew.yaml';
    expect(inBash(`${render} --with wr`, `${render} --with wr`)).toEqual(['-o nospace', 'write=']);
    expect(inBash(`${render} --phase wr`, `${render} --phase wr`)).toEqual(['write']);
    // Bash mostly takes = for the end of a word.
    expect(inBash(`${render} --phase = wr`, `${render} --phase=wr`)).toEqual(['write']);
    expect(inBash('run --model poet = offl', 'run --model poet=offl')).toEqual(['offline']);
    rmSync(place, { recursive: true, force: true });
  });

  test.skipIf(!hasZsh())('zsh completes what stands behind a flag, and leaves no space behind a name', () => {
    const { folder: place } = makePlace();
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: place, TERM: 'dumb' };
    const render = 'crew prompt render haiku.crew.yaml';
    const typed = [
      `${render} --with wr`,
      `${render} --phase wr`,
      `${render} --phase=wr`,
      'crew run --inputs=hai',
    ];
    const whole = execFileSync('zsh', ['-f', '-c', IN_ZSH, 'zsh', ...typed], {
      cwd: place,
      env,
      encoding: 'utf8',
    });
    expect(whole.trimEnd().split('\n')).toEqual([
      `${render} --with write=|`,
      `${render} --phase write |`,
      `${render} --phase=write |`,
      'crew run --inputs=haiku.crew.yaml |',
    ]);
    rmSync(place, { recursive: true, force: true });
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
