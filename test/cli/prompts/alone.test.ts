import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePromptRepository, PROMPT, type PromptRepository } from './prompt-repository.ts';

let repository: PromptRepository;
beforeEach(() => {
  repository = makePromptRepository();
  repository.prompt('one');
});
afterEach(() => repository.dispose());

test('a prompt file is checked alone, with its partials', async () => {
  expect(await repository.crew('check', PROMPT)).toMatchObject({ code: 0, stderr: '' });
  repository.write('prompts/_style.prompt.md', '{{ tone | jsn }}');
  const { code, stdout } = await repository.crew('check', PROMPT);
  expect(code).toBe(2);
  expect(stdout).toMatch(/\[template-unknown-filter\][\s\S]*_style\.prompt\.md:1:11[\s\S]*`json`/);
  repository.write('prompts/_style.prompt.md', '{{ tone }}');
  expect((await repository.crew('check', PROMPT)).stdout).toContain(
    '`tone` is not an input of the prompt `merge`',
  );
});

test('a prompt file is not run', async () => {
  const { code, stderr } = await repository.crew('run', PROMPT);
  expect(code).toBe(2);
  expect(stderr).toContain('`prompts/merge.prompt.md` is a prompt file; name a crew that uses it');
});
