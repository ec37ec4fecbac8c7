import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startCrew, startNode } from '../../e2e/crew-process.ts';
import { until } from '../../machine.ts';
import { makePromptRepository, PROMPT, type PromptRepository, promptText } from './prompt-repository.ts';

let repository: PromptRepository;
beforeEach(async () => {
  repository = makePromptRepository();
  repository.prompt('one');
  repository.commit('One');
});
afterEach(() => repository.dispose());

const STYLE = 'prompts/_style.prompt.md';
const frozen = (command = 'check') => repository.crew(command, 'a.crew.yaml', '--frozen');
const lock = (): string => readFileSync(join(repository.path, 'crew.lock'), 'utf8');

describe('--frozen', () => {
  beforeEach(async () => {
    await repository.crew('prompt', 'pin', '--all');
  });

  test.each(['check', 'plan', 'run'])('lets crew %s go on with the locked versions', async command => {
    expect((await frozen(command)).code).toBe(0);
  });

  test.each(['check', 'plan', 'run'])(
    'stops crew %s at one changed byte, with both hashes',
    async command => {
      const [, locked = ''] = /"hash":"([0-9a-f]{8})/.exec(lock()) ?? [];
      repository.prompt('onE');
      const { code, stderr } = await frozen(command);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        new RegExp(
          `error\\[PROMPT_NOT_LOCKED\\]: \`crew.lock\` has \`merge@${locked}\`, and found was \`merge@\\w{8}\`; `,
        ),
      );
      expect(stderr).toContain('`crew prompt diff merge@lock` shows what has changed');
      expect(stderr).toContain('`crew prompt pin merge` locks it');
      expect((await repository.crew('ps')).stdout).toBe('');
    },
  );

  test('does not look at line ends, at the order of keys, or at comments', async () => {
    const reordered = promptText('one').replace(
      'description: Merges findings\ninput:\n  topic: { type: string }\n',
      '# a note\ninput: { topic: { "type": "string" } }\ndescription: "Merges findings"\n',
    );
    for (const text of [promptText('one').replaceAll('\n', '\r\n'), reordered]) {
      writeFileSync(join(repository.path, PROMPT), text);
      expect(await frozen()).toMatchObject({ code: 0, stderr: '' });
    }
    repository.write(PROMPT, reordered.replace('type', 'kind'));
    expect((await frozen()).code).toBe(2);
  });

  test('names a partial that has changed', async () => {
    repository.write(STYLE, 'Be long.\n');
    const { code, stderr } = await frozen();
    expect(code).toBe(2);
    expect(stderr).toContain('`_style`, which it puts in, changed');
  });

  test('stops where a partial is gone, or a lock', async () => {
    writeFileSync(join(repository.path, 'crew.lock'), lock().replace('"merge"', '"other"'));
    expect((await frozen()).stderr).toContain('is not locked: `crew.lock` does not know it');
    writeFileSync(join(repository.path, 'crew.lock'), `<<<<<<< ours\n${lock()}`);
    const conflict =
      'a conflict of git, which it could not settle, stands in line 1; keep one side of it and take the marks out; then';
    expect((await frozen()).stderr).toContain(
      `\`crew.lock\` cannot be believed, ${conflict} \`crew prompt pin`,
    );
    expect((await repository.crew('prompt', 'pin', '--all')).stderr).toContain(`${conflict} pin again`);
    repository.remove('crew.lock');
    expect((await frozen()).stderr).toContain('there is no `crew.lock`');
  });

  test('looks into crews inside, and tells all that is wrong at once', async () => {
    repository.write('inner/prompts/deep.prompt.md', 'Deep.\n');
    repository.write(
      'inner/b.crew.yaml',
      `version: 1
crew: b
goal: Go deep.
models: { default: offline }
roles: { writer: { goal: Write a text. } }
budget: { calls: 9 }
start: deep
phases:
  deep: { role: writer, task: { prompt: deep }, next: done }
  done: { end: success, result: "{{ deep }}" }
`,
    );
    const outer = readFileSync(join(repository.path, 'a.crew.yaml'), 'utf8')
      .replace('next: done', 'next: build')
      .replace('  done:', '  build: { crew: inner/b.crew.yaml, next: done }\n  done:');
    repository.write('a.crew.yaml', outer);
    repository.prompt('two');
    const { code, stderr } = await frozen();
    expect(code).toBe(2);
    expect(stderr).toMatch(/`crew.lock` has `merge@\w{8}`, and found was `merge@\w{8}`/);
    expect(stderr).toMatch(/`deep@\w{8}` is not locked: there is no `inner\/crew.lock`/);
    await repository.crew('prompt', 'pin', '--all');
    expect((await frozen()).code).toBe(0);
  });

  test('holds tests of crews, too', async () => {
    repository.write(
      'a.crewtest.yaml',
      'version: 1\ncrew: a.crew.yaml\ntests:\n  it ends: { expect: { path: [merge, done] } }\n',
    );
    expect((await repository.crew('test', '--frozen')).code).toBe(0);
    repository.prompt('two');
    const { code, stderr } = await repository.crew('test', '--frozen');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('PROMPT_NOT_LOCKED') });
  });
});

describe('NAME@lock', () => {
  test('is the locked version, committed or not', async () => {
    const text = async (): Promise<string> => (await repository.crew('prompt', 'show', 'merge@lock')).stdout;
    await repository.crew('prompt', 'pin', '--all');
    expect(await text()).toBe(promptText('one'));
    repository.prompt('two');
    expect(await text()).toBe(promptText('one'));
    const { before, after } = await repository.json<{ before: { text: string }; after: { text: string } }>(
      'prompt',
      'diff',
      'merge@lock',
    );
    expect([before.text, after.text]).toEqual([promptText('one'), promptText('two')]);
    await repository.crew('prompt', 'pin', '--all');
    expect(await text()).toBe(promptText('two'));
  });

  test('says why there is none', async () => {
    const said = async (): Promise<string> =>
      (await repository.crew('prompt', 'diff', 'merge@lock')).stderr.replaceAll(/\s+/g, ' ');
    expect(await said()).toContain('there is no `crew.lock`');
    repository.prompt('two');
    await repository.crew('prompt', 'pin', '--all');
    repository.prompt('three');
    expect(await said()).toContain('it was locked before it was committed, and has changed since');
    repository.write('crew.lock', '{');
    expect(await said()).toContain('cannot be believed, it is not valid JSON');
    expect((await repository.crew('prompt', 'tag', 'merge', 'lock')).stderr).toContain('cannot be a label');
  });
});

test('list says that a lock cannot be believed, also where it is a folder', async () => {
  repository.write('crew.lock', '{');
  const { stdout, stderr } = await repository.crew('prompt', 'list');
  expect(stdout).not.toContain('not locked');
  expect(stderr).toContain('`crew.lock` cannot be believed: it is not valid JSON');
  repository.remove('crew.lock');
  repository.write('crew.lock/x', '');
  const listed = await repository.crew('prompt', 'list');
  expect(listed.stderr).toContain('`crew.lock` cannot be believed: it is a folder');
  expect((await frozen()).stderr).toContain('cannot be believed, it is a folder');
  expect((await repository.crew('prompt', 'pin', '--all')).stderr).toContain('it is a folder');
});

describe('crew prompt pin', () => {
  test('writes one line for each prompt, with its commit, and touches nothing else', async () => {
    repository.prompt('short', 'prompts/merge.short.prompt.md');
    await repository.crew('prompt', 'pin', 'merge.short');
    expect(lock()).not.toContain('"merge":');
    await repository.crew('prompt', 'pin', '--all');
    const before = lock();
    const lines = before.split('\n').filter(line => line.includes('"hash"'));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain(`"merge": {"commit":"${repository.git('rev-parse', 'HEAD')}"`);
    expect(lines[1]).not.toContain('commit');
    repository.commit('All');
    repository.write('other.txt', 'x');
    repository.commit('Other');
    await repository.crew('prompt', 'pin', '--all');
    expect(lock()).toBe(before);
  });

  test('takes out what is gone with --all, and refuses partials, versions and broken locks', async () => {
    await repository.crew('prompt', 'pin', 'merge');
    repository.git('mv', PROMPT, 'prompts/join.prompt.md');
    const { stdout } = await repository.crew('prompt', 'pin', '--all');
    expect(stdout).toMatch(
      /crew.lock: join@\w{8} is locked now\ncrew.lock: merge is gone and was taken out\n/,
    );
    for (const args of [['_style'], ['join@HEAD'], [], ['join', '--all'], ['nothing']]) {
      expect({ args, code: (await repository.crew('prompt', 'pin', ...args)).code }).toEqual({
        args,
        code: 2,
      });
    }
    writeFileSync(join(repository.path, 'crew.lock'), 'broken');
    expect((await repository.crew('prompt', 'pin', '--all')).stderr).toContain('cannot be believed');
    expect(lock()).toBe('broken');
  });

  test('keeps the lock inside a folder of another name', async () => {
    repository.git('mv', 'prompts', 'words');
    const crewFile = readFileSync(join(repository.path, 'a.crew.yaml'), 'utf8');
    repository.write('a.crew.yaml', crewFile.replace('crew: a\n', 'crew: a\nprompts: words\n'));
    expect((await frozen()).stderr).toContain('there is no `words/crew.lock`');
    await repository.crew('prompt', 'pin', '--all');
    expect((await frozen()).code).toBe(0);
  });
});

describe('several processes at once', () => {
  const names = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
  beforeEach(() => {
    for (const name of names) repository.write(`prompts/${name}.prompt.md`, `${name}\n`);
    repository.commit('Many');
  });

  test('pin into one lock, and none loses what another has written', async () => {
    const ended = await Promise.all(names.map(name => repository.crew('prompt', 'pin', name)));
    expect(ended.map(({ code }) => code)).toEqual(names.map(() => 0));
    expect(Object.keys(JSON.parse(lock()).prompts)).toEqual(names);
  });

  test('put one label on one version, and all of them succeed', async () => {
    const calls = names.map(() => repository.crew('prompt', 'tag', 'p1', 'production'));
    const ended = await Promise.all(calls);
    expect(ended.map(({ code, stderr }) => (code === 0 ? 0 : stderr))).toEqual(names.map(() => 0));
  });
});

test('pins after a process was killed while it held the lock', async () => {
  const held = `import { DatabaseSync } from 'node:sqlite';
    import { mkdirSync } from 'node:fs';
    mkdirSync('.crew', { recursive: true });
    new DatabaseSync('.crew/crew.lock.guard').exec('BEGIN EXCLUSIVE');
    process.stderr.write('held');
    setInterval(() => {}, 1000);`;
  const holder = startNode(['--input-type=module', '-e', held], { from: repository.path });
  await until(() => holder.stderr().includes('held'));
  const pinning = startCrew(['prompt', 'pin', '--all'], { from: repository.path });
  holder.kill('SIGKILL');
  expect(await pinning.ended).toMatchObject({ code: 0 });
  expect(Object.keys(JSON.parse(lock()).prompts)).toEqual(['merge']);
});

test('check --frozen says nothing of no problems before it refuses, and gives the reason as JSON', async () => {
  const text = await frozen();
  expect([text.code, text.stdout]).toEqual([2, '']);
  const { code, stdout } = await repository.crew('check', 'a.crew.yaml', '--frozen', '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([
    2,
    { diagnostics: [], error: { code: 'PROMPT_NOT_LOCKED' } },
  ]);
});
