import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from '../tools/git-repository.ts';
import { crew } from './crew-process.ts';

const CREW = `version: 1
crew: poem
goal: Write what is asked for.
inputs: { topic: { type: string } }
models: { default: auto }
budget: { calls: 60, tokens: 100m }
start: write
phases:
  write:
    chain: [{ model: default, prompt_template: "About {{ inputs.topic }}" }]
    next: done
  done: { end: success, result: "{{ write }}" }
`;
const REPLIES = `version: 1
replies:
  - { phase: reformulate/rewrite, json: { reformulated: a haiku, assumptions: [], questions: ["of spring?"] } }
  - { phase: write, text: Plum blossoms }
`;
const ARGS = ['run', 'poem.crew.yaml', 'a poem', '--model', 'script:replies.yaml'];

let folder = '';
const secret = (): string => join(folder, 'mine', 'secret.md');
beforeEach(() => {
  folder = makeFolder();
  mkdirSync(join(folder, 'mine', 'crew'), { recursive: true });
  mkdirSync(join(folder, 'project', '.crew'), { recursive: true });
  writeFileSync(secret(), 'SECRET {{ request }}\n');
  writeFileSync(join(folder, 'project/poem.crew.yaml'), CREW);
  writeFileSync(join(folder, 'project/replies.yaml'), REPLIES);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function runWith(path: string, config = 'project/.crew/config.yaml') {
  writeFileSync(join(folder, config), `reformulation: { custom_prompt_path: ${JSON.stringify(path)} }\n`);
  const from = join(folder, 'project');
  const env = { XDG_CONFIG_HOME: join(folder, 'mine') };
  return crew([...ARGS, '--reformulate'], { from, env });
}

describe('a custom prompt of a project', () => {
  test.each([
    ['an absolute path', () => secret()],
    ['a path with dots', () => '../mine/secret.md'],
    ['what is not there', () => '../mine/nothing.md'],
  ])('that leads out of it is not read: %s', async (_, path) => {
    const { code, stdout, stderr } = await runWith(path());
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('CONFIG_INVALID');
    expect(stderr).toContain('leads out of the project');
    expect(stderr).not.toContain('SECRET');
  });

  test.each([
    ['a link', 'link.md', 'link.md', () => secret()],
    ['a link to a folder', 'prompts', 'prompts/secret.md', () => join(folder, 'mine')],
  ])('that leads out of it over %s is not read', async (_, name, path, goal) => {
    symlinkSync(goal(), join(folder, 'project', name));
    const { code, stderr } = await runWith(path);
    expect([code, stderr]).toEqual([2, expect.stringContaining('leads out of the project')]);
  });

  test('may be a link inside of it; the settings of a person may name any file', async () => {
    writeFileSync(join(folder, 'project/real.md'), 'MINE {{ request }}\n');
    symlinkSync('real.md', join(folder, 'project/link.md'));
    expect((await runWith('link.md')).code).toBe(5);
    rmSync(join(folder, 'project/.crew/config.yaml'));
    expect((await runWith(secret(), 'mine/crew/config.yaml')).code).toBe(5);
  });
});

describe('a custom prompt without the request', () => {
  test.each([
    ['is empty', '', '`mine.md` is empty'],
    ['has front matter alone', '---\ndescription: mine\n---\n', '`mine.md` is empty'],
    ['never reads it', 'root:x:0:0\n', 'never reads `request`'],
    [
      'only speaks of it',
      '{% comment %}{{ request }}{% endcomment %}\nSay it again\n',
      'never reads `request`',
    ],
    ['is not UTF-8', Buffer.from([0xff, 0xfe, 0x7b, 0x00]), '`mine.md` is not text'],
    ['has NUL', 'a\0 {{ request }}', '`mine.md` is not text'],
  ])('is told when it %s, and nothing runs', async (_, content, message) => {
    writeFileSync(join(folder, 'project/mine.md'), content);
    const { code, stdout, stderr } = await runWith('mine.md');
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toContain(message);
  });
});
