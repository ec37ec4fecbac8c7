import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makePromptRepository, type PromptRepository } from './prompt-repository.ts';

let repository: PromptRepository;
beforeEach(() => {
  repository = makePromptRepository();
  repository.prompt('one');
});
afterEach(() => repository.dispose());

const at = (path: string): string => join(repository.path, path);
const names = async () => {
  const { folders } = await repository.json<{ folders: { prompts: { name: string }[] }[] }>('prompt', 'list');
  return folders.flatMap(({ prompts }) => prompts.map(({ name }) => name));
};

describe('a prompt file that is a link', () => {
  test('is no prompt, wherever it leads', async () => {
    repository.write('secret.txt', 'a secret');
    symlinkSync('x.prompt.md', at('prompts/x.prompt.md'));
    symlinkSync('../secret.txt', at('prompts/_sec.prompt.md'));
    expect(await names()).toEqual(['merge', '_style']);
  });

  test('is refused where a crew uses it', async () => {
    repository.write('secret.txt', 'a secret');
    symlinkSync('../secret.txt', at('prompts/_sec.prompt.md'));
    repository.write('prompts/merge.prompt.md', '{% render "sec" %}');
    for (const command of ['check', 'run']) {
      const { code, stdout, stderr } = await repository.crew(command, 'a.crew.yaml');
      expect(code).toBe(3);
      expect(stderr).toContain('error[FILE_UNREADABLE]: `prompts/_sec.prompt.md` is a link');
      expect(stdout + stderr).not.toContain('a secret');
    }
  });
});

test.skipIf(process.getuid?.() === 0)('a folder that cannot be looked into holds no prompts', async () => {
  mkdirSync(at('closed'));
  writeFileSync(at('closed/a.prompt.md'), 'A');
  chmodSync(at('closed'), 0);
  try {
    expect(await names()).toEqual(['merge', '_style']);
  } finally {
    chmodSync(at('closed'), 0o700);
  }
});

test('bytes that are not UTF-8 are an error at their place, and another version', async () => {
  const hash = async (byte: number) => {
    writeFileSync(at('prompts/merge.prompt.md'), Buffer.from([0x61, 0x0a, 0x62, byte]));
    const { folders } = await repository.json<{ folders: { prompts: { hash: string }[] }[] }>(
      'prompt',
      'list',
    );
    return folders[0]?.prompts[0]?.hash;
  };
  expect(await hash(0xe9)).not.toBe(await hash(0xe8));
  const { code, stdout, stderr } = await repository.crew('check', 'a.crew.yaml');
  expect(code).toBe(2);
  expect(stdout + stderr).toMatch(/error\[not-utf8\][\s\S]*prompts\/merge\.prompt\.md:2:2/);
});
