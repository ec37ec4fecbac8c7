import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from '../../tools/git-repository.ts';
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

describe('files of a folder of prompts that are none', () => {
  interface Listed {
    readonly folders: readonly {
      readonly folder: string;
      readonly strange: readonly { file: string; why: string }[];
    }[];
    readonly unread: readonly string[];
  }
  const strangeIn = async (): Promise<Record<string, readonly string[]>> => {
    const { folders } = await repository.json<Listed>('prompt', 'list');
    return Object.fromEntries(
      folders.map(({ folder, strange }) => [folder, strange.map(({ file }) => file)]),
    );
  };

  test('are named with what is wrong, in the text and in the document', async () => {
    repository.write('prompts/Foo Bar.prompt.md', 'A');
    repository.write('prompts/foo.md', 'A');
    repository.write('prompts/_a.b.prompt.md', 'A');
    repository.write('prompts/README.md', 'About.');
    symlinkSync('merge.prompt.md', at('prompts/link.prompt.md'));
    const { code, stdout, stderr } = await repository.crew('prompt', 'list');
    expect(code).toBe(0);
    expect(stdout).not.toContain('foo');
    const names = 'names are lower-case letters, digits, `_` and `-`, and start with a letter';
    expect(stderr.split('\n')).toEqual([
      `! \`prompts/Foo Bar.prompt.md\` is no prompt: ${names}`,
      '! `prompts/_a.b.prompt.md` is no prompt: a partial has no variants',
      '! `prompts/foo.md` is no prompt: prompt files end in `.prompt.md`',
      '! `prompts/link.prompt.md` is no prompt: it is a link',
      '',
    ]);
    expect(await strangeIn()).toEqual({
      prompts: ['Foo Bar.prompt.md', '_a.b.prompt.md', 'foo.md', 'link.prompt.md'],
    });
  });

  test('are not texts of other folders, but what ends in another way there', async () => {
    repository.write('docs/a.prompt.md', 'A');
    repository.write('docs/guide.md', 'A');
    repository.write('docs/b.prompt.txt', 'A');
    expect(await strangeIn()).toEqual({ prompts: [], docs: ['b.prompt.txt'] });
  });

  test('are named where there is no prompt beside them', async () => {
    const { code, stdout, stderr } = await repository.crew('prompt', 'list', '--cwd', makeOther());
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('! `prompts/foo.md` is no prompt: prompt files end in `.prompt.md`\n');
    expect(stderr).toContain('There is no prompt file here; they are named `prompts/NAME.prompt.md`.\n');
  });

  test('and crew files with errors are in the document, too', async () => {
    repository.write('broken.crew.yaml', 'version: 1\n');
    expect((await repository.json<Listed>('prompt', 'list')).unread).toEqual(['broken.crew.yaml']);
  });
});

function makeOther(): string {
  const folder = makeFolder();
  mkdirSync(join(folder, 'prompts'));
  writeFileSync(join(folder, 'prompts/foo.md'), 'A');
  return folder;
}

describe('a prompt that is asked for by the name of a file that is none', () => {
  const said = async (...args: readonly string[]): Promise<string> =>
    (await repository.crew('prompt', ...args)).stderr;

  test('is refused with the rule, and such names are not proposed', async () => {
    repository.write('prompts/Merge.prompt.md', 'X');
    symlinkSync('merge.prompt.md', at('prompts/link.prompt.md'));
    const rule = 'names are lower-case letters, digits, `_` and `-`, and start with a letter';
    expect(await said('show', 'Merge')).toContain(`\`Merge\` is no name of a prompt: ${rule}`);
    expect(await said('show', 'a.b.c')).toContain('its name has at most one variant');
    expect(await said('show', 'out')).toContain('there is no prompt `out`; there is `_style`, `merge`\n');
    expect(await said('show', 'link')).toContain(
      'there is no prompt `link`: `prompts/link.prompt.md` is no prompt, it is a link\n',
    );
    expect(await said('show', 'other/link')).toContain('there is no prompt `link` in `other`');
  });

  test('pin says what it takes', async () => {
    expect(await said('pin')).toContain('expected `crew prompt pin PROMPT...` or `crew prompt pin --all`');
    const { stdout } = await repository.crew('prompt', '--help');
    expect(stdout).toContain('prompt pin PROMPT...|--all');
  });
});
