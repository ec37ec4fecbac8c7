import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePromptRepository, type PromptRepository } from './prompt-repository.ts';

let repository: PromptRepository;
beforeEach(async () => {
  repository = makePromptRepository();
  repository.write('prompts/merge.prompt.md', '---\noutput: { $ref: s.json }\n---\nWrite.\n');
  repository.write('prompts/s.json', '{ "type": "string" }');
  repository.commit('One');
});
afterEach(() => repository.dispose());

const frozen = () => repository.crew('check', 'a.crew.yaml', '--frozen');
const pin = () => repository.crew('prompt', 'pin', 'merge');
const locked = async () => {
  const { folders } = await repository.json<{ folders: { prompts: { lock: string }[] }[] }>('prompt', 'list');
  return folders[0]?.prompts[0]?.lock;
};

test('what a file says that the output refers to is locked with the prompt', async () => {
  await pin();
  expect(await frozen()).toMatchObject({ code: 0, stderr: '' });
  expect(await locked()).toBe('locked');
  repository.write('prompts/s.json', '{ "type": "string", "maxLength": 9 }');
  expect(await locked()).toBe('differs');
  const { code, stderr } = await frozen();
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /`crew.lock` has `merge@\w{8}` with another output: `prompts\/s.json`, to which it refers, changed/,
  );
  const diff = await repository.crew('prompt', 'diff', 'merge@lock');
  expect(diff.stderr).toMatch(
    /! `crew.lock` has merge@\w{8} with another output: `prompts\/s.json`, to which it refers, changed\n/,
  );
  expect((await pin()).stdout).toMatch(/`?crew.lock`?: merge@\w{8} has another output now\n/);
  expect(await frozen()).toMatchObject({ code: 0, stderr: '' });
  expect((await pin()).stdout).toContain('was locked already');
});

test('of several files that the output refers to all are named', async () => {
  repository.write('prompts/s.json', '{ "properties": { "t": { "$ref": "t.json" } } }');
  repository.write('prompts/t.json', '{ "type": "string" }');
  await pin();
  repository.write('prompts/t.json', '{ "type": "number" }');
  expect((await frozen()).stderr).toContain(
    '`prompts/s.json` or `prompts/t.json`, to which it refers, changed',
  );
  repository.remove('prompts/t.json');
  expect((await repository.crew('prompt', 'show', 'merge@lock')).stderr).toContain('with another output: ');
});
