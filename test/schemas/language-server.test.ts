import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LanguageServer, startLanguageServer } from './language-server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'crew-editor-'));
let server: LanguageServer;
let files = 0;

beforeAll(async () => {
  cpSync(new URL('../../schemas', import.meta.url), join(folder, 'schemas'), { recursive: true });
  mkdirSync(join(folder, 'crews'));
  server = await startLanguageServer(folder);
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Opened {
  readonly uri: string;
  readonly position: { readonly line: number; readonly character: number };
}

/** Opens a file whose cursor is written as `¦`. */
function open(kind: 'crew' | 'sop', text: string): Opened {
  files += 1;
  const whole = `# yaml-language-server: $schema=../schemas/${kind}.schema.json\n${text}`;
  const before = whole.slice(0, whole.indexOf('¦')).split('\n');
  const clean = whole.replace('¦', '');
  const path = join(folder, 'crews', `file-${files}.${kind}.yaml`);
  writeFileSync(path, clean);
  const uri = pathToFileURL(path).href;
  server.notify('textDocument/didOpen', {
    textDocument: { uri, languageId: 'yaml', version: 1, text: clean },
  });
  return { uri, position: { line: before.length - 1, character: (before.at(-1) ?? '').length } };
}

async function completions(kind: 'crew' | 'sop', text: string): Promise<readonly string[]> {
  const { uri, position } = open(kind, text);
  const result = await server.request('textDocument/completion', { textDocument: { uri }, position });
  const { items } = result as { readonly items: readonly { readonly label: string }[] };
  return items.map(item => item.label);
}

async function hover(kind: 'crew' | 'sop', text: string): Promise<string> {
  const { uri, position } = open(kind, text);
  const result = (await server.request('textDocument/hover', { textDocument: { uri }, position })) as {
    readonly contents: string | { readonly value: string };
  } | null;
  const contents = result?.contents ?? '';
  return typeof contents === 'string' ? contents : contents.value;
}

async function problems(kind: 'crew' | 'sop', text: string): Promise<readonly string[]> {
  const { uri } = open(kind, text);
  const params = await server.notified(
    'textDocument/publishDiagnostics',
    each => (each as { readonly uri: string }).uri === uri,
  );
  return (params as { readonly diagnostics: readonly { readonly message: string }[] }).diagnostics.map(
    each => each.message,
  );
}

const SOP = 'version: 1\nsop: s\nroles: [writer]\nstart: draft\nphases:\n  draft:\n';

describe('an editor with a YAML language server', { timeout: 60_000 }, () => {
  test('completes the keys of a crew file', async () => {
    expect(await completions('crew', 'version: 1\n¦')).toEqual(
      expect.arrayContaining([
        'crew',
        'goal',
        'inputs',
        'models',
        'roles',
        'tools',
        'budget',
        'sop',
        'phases',
      ]),
    );
  });

  test('completes the keys of a role and of the budget', async () => {
    expect(await completions('crew', 'version: 1\nroles:\n  lead:\n    ¦')).toEqual(
      expect.arrayContaining(['goal', 'backstory', 'model', 'tools']),
    );
    expect(await completions('crew', 'version: 1\nbudget:\n  ¦')).toEqual(
      expect.arrayContaining(['calls', 'tokens', 'usd', 'time']),
    );
  });

  test('completes every kind of phase in an SOP, and its modifiers', async () => {
    const kinds = [
      'role',
      'talk',
      'manage',
      'ask',
      'chain',
      'parallel',
      'each',
      'tool',
      'human',
      'crew',
      'end',
    ];
    expect(await completions('sop', `${SOP}    ¦`)).toEqual(expect.arrayContaining(kinds));
    expect(await completions('sop', `${SOP}    role: writer\n    task: Write.\n    ¦`)).toEqual(
      expect.arrayContaining(['output', 'retry', 'timeout', 'max_visits', 'on_limit', 'on_error', 'next']),
    );
  });

  test('completes phases that a crew file has itself', async () => {
    const text = 'version: 1\ncrew: c\ngoal: g\nstart: draft\nphases:\n  draft:\n    role: writer\n    ¦';
    expect(await completions('crew', text)).toEqual(expect.arrayContaining(['task', 'next']));
  });

  test('completes the values of words that are fixed', async () => {
    expect(await completions('sop', `${SOP}    end: ¦`)).toEqual(
      expect.arrayContaining(['success', 'failure']),
    );
  });

  test.each([
    ['crew', 'version: 1\nbu¦dget: { calls: 1 }\n', 'Hard ceilings of one run'],
    ['crew', 'version: 1\nroles:\n  lead:\n    back¦story: Old.\n', 'What shapes its judgement'],
    ['sop', `${SOP}    role: writer\n    max_tu¦rns: 3\n`, 'How many times the model may be asked'],
    ['sop', `${SOP}    role: writer\n    on_li¦mit: done\n`, 'max_visits'],
  ] as const)('explains a key of a %s file: %s', async (kind, text, words) => {
    expect((await hover(kind, text)).replaceAll('\\', '').replaceAll('&nbsp;', ' ')).toContain(words);
  });

  test('finds nothing to say about a good file', async () => {
    const text =
      'version: 1\ncrew: c\ngoal: g\nroles: { writer: { goal: Write. } }\nstart: draft\nphases:\n  draft: { role: writer, task: Write., next: done }\n  done: { end: success, result: "{{ draft }}" }\n';
    expect(await problems('crew', text)).toEqual([]);
  });

  test('underlines a key that does not exist', async () => {
    expect(
      (await problems('crew', 'version: 1\ncrew: c\ngoal: g\nsop: s.yaml\nbuget: {}\n')).join(),
    ).toContain('buget');
  });
});
